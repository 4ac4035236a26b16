"""What the gate judges by: the search's objective, or the metric that the YAML names for it."""

from __future__ import annotations

from include.autopilot.base.errors import GateError
from include.autopilot.base.metrics import find_metric
from include.autopilot.candidate.inference import PROBABILITIES, PROBABILITY
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.gate import GateConfig
from include.autopilot.template.problem import Problem


def judged_by(problem: Problem, gate: GateConfig) -> Objective:
    """Return metric and direction. Asked before the first job too: a wrong word should not cost a training.

    :raises GateError: the metric is not one of this problem or none that the gate can compute, needs probabilities that
        nobody asked for, or the stated direction is wrong.
    """
    name = gate.metric or problem.objective.metric
    metric = find_metric(name, problem.type)
    if metric is None:
        raise GateError(f"gate.metric: {name!r} is no metric of a {problem.type}. Name another one, or take it out.")
    resampled_metric(metric.name)
    if metric.needs_probabilities and not {PROBABILITY, PROBABILITIES} & set(problem.columns):
        raise GateError(f"gate.metric: {metric.name} needs probabilities. Add inference_output: probabilities.")
    direction = gate.direction or (metric.direction if gate.metric else problem.objective.direction)
    if direction != metric.direction:
        raise GateError(
            f"gate.direction: {metric.name} is stated as {direction}, but it is to {metric.direction.lower()}: the "
            "gate would promote the worse model. Correct the direction."
        )
    return Objective(metric.name, direction)
