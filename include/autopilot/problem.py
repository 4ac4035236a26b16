"""What a run predicts and what its predictions are judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.autopilot.errors import TemplateError
from include.autopilot.objective import Objective
from include.autopilot.report.metrics import PROBLEM_TYPES, REGRESSION, Metric, find_metric
from include.autopilot.requests.answer import columns_of
from include.autopilot.template import Template

_FIX = "Search again, with a metric that needs labels only (F1, Accuracy), and leave inference_output out of the YAML."


@dataclass(frozen=True)
class Problem:
    """The problem of one run.

    :param type: Regression, BinaryClassification or MulticlassClassification.
    :param target: the column to predict.
    :param objective: the metric by Autopilot's name, never an algorithm's, and which way is better.
    :param labels: the classes the candidate knows, by class index; of two, the second is the positive one. Empty for a
        regression, or where the candidate does not say.
    :param columns: what the pipeline answers with, in order.
    """

    type: str
    target: str
    objective: Objective
    labels: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted, not classes."""
        return self.type == REGRESSION


def problem_of(template: Template, containers: Sequence[Mapping[str, Any]], probabilities: bool) -> Problem:
    """Return the problem of a template's runs.

    :param containers: the pipeline's, with their environments.
    :param probabilities: whether they are asked for although the objective does without.
    :raises TemplateError: the objective could not be computed from what the pipeline answers.
    """
    if template.problem_type not in PROBLEM_TYPES:
        raise TemplateError(f"{template.candidate} is for {template.problem_type}; use one of {PROBLEM_TYPES}.")
    metric, labels = _objective(template), template.schema.labels
    wanted = "probabilities" if probabilities else ""
    wanted = f"{metric.name}, which needs probabilities" if metric.needs_probabilities else wanted
    _check_labels(template, metric, wanted)
    try:
        columns = columns_of(containers, template.problem_type, bool(wanted))
    except TemplateError as error:
        raise TemplateError(f"{template.candidate} is asked for {wanted or 'labels'}. {error} {_FIX}") from error
    objective = Objective(metric.name, template.objective.direction)
    return Problem(template.problem_type, template.schema.target, objective, labels, columns)


def _objective(template: Template) -> Metric:
    metric = find_metric(template.objective.metric, template.problem_type)
    if metric is None:
        raise TemplateError(
            f"The objective of {template.candidate} is {template.objective.metric!r}, which cannot be computed for "
            f"{template.problem_type}. Search again with another metric."
        )
    return metric


def _check_labels(template: Template, metric: Metric, wanted: str) -> None:
    """Refuse what cannot be computed without knowing the classes by their numbers."""
    if template.problem_type == REGRESSION:
        if wanted:
            raise TemplateError(f"{template.candidate} predicts numbers: take inference_output out of the YAML.")
        return
    count = len(template.schema.labels)
    if metric.needs_positive_class and count != 2:
        raise TemplateError(
            f"The objective {metric.name} needs to know which of two classes is the positive one, but "
            f"{template.candidate} names {count} classes. Search again with a metric like Accuracy."
        )
    if wanted and not count:
        raise TemplateError(
            f"{template.candidate} is asked for {wanted}, but does not say in which order of classes they come. {_FIX}"
        )
