"""The steps of a candidate: which job played which role, told by type and position, never by name.

A winner of the hyperparameter-tuning mode has these steps, in this order:

1. a processing job that splits the data (may be absent),
2. a training job that fits the featurizer,
3. a transform job that featurizes training and validation data,
4. a training job that trains the algorithm.

A winner of the ENSEMBLING mode has one training job and nothing to replay.
"""

from __future__ import annotations

from dataclasses import dataclass

from include.autopilot.descriptions import Description
from include.autopilot.errors import CandidateError
from include.autopilot.lenient import items_at, text_at

PROCESSING = "ProcessingJob"
TRAINING = "TrainingJob"
TRANSFORM = "TransformJob"


@dataclass(frozen=True)
class Step:
    """One job. ``role`` is split, fit, featurize, train or ensemble; ``kind`` is ProcessingJob, TrainingJob ..."""

    role: str
    kind: str
    name: str


@dataclass(frozen=True)
class Steps:
    """The steps in their order."""

    all: tuple[Step, ...]

    @property
    def is_ensemble(self) -> bool:
        """Whether the candidate is one of the ENSEMBLING mode."""
        return self.get("ensemble") is not None

    def get(self, role: str) -> Step | None:
        """Return the step of a role, or None."""
        return next((step for step in self.all if step.role == role), None)


def find_steps(candidate: Description, automl_job: str) -> Steps:
    """Return a candidate's steps with their roles.

    :raises CandidateError: they are incomplete, or of no kind that is known.
    """
    label = text_at(candidate, "CandidateName") or "the candidate"
    steps = [
        ((text_at(step, "CandidateStepType") or "").rpartition("::")[2], text_at(step, "CandidateStepName") or "")
        for step in items_at(candidate, "CandidateSteps")
    ]
    if not steps:
        raise CandidateError(f"{automl_job}: candidate {label} lists no steps; they are gone or were never made.")
    if not all(name for _, name in steps):
        raise CandidateError(f"{automl_job}: a step of candidate {label} has no name, so it cannot be described.")
    kinds = [kind for kind, _ in steps]
    if kinds == [TRAINING]:
        return Steps((Step("ensemble", TRAINING, steps[0][1]),))
    roles = _roles(kinds)
    if roles is None:
        raise CandidateError(
            f"{automl_job}: candidate {label} has the steps {', '.join(kinds)}; expected one training job before and "
            "one after one transform job (hyperparameter tuning), or one training job alone (ENSEMBLING)."
        )
    return Steps(tuple(Step(role, kind, name) for role, (kind, name) in zip(roles, steps, strict=True)))


def _roles(kinds: list[str]) -> list[str] | None:
    """Return the role of each step by its position around the one transform job; None where it does not fit."""
    if kinds.count(TRANSFORM) != 1 or not set(kinds) <= {PROCESSING, TRAINING, TRANSFORM}:
        return None
    middle = kinds.index(TRANSFORM)
    if kinds[:middle].count(TRAINING) != 1 or kinds[middle:].count(TRAINING) != 1:
        return None
    trained = {True: "fit", False: "train"}
    fixed = {PROCESSING: "split", TRANSFORM: "featurize"}
    return [fixed.get(kind) or trained[place < middle] for place, kind in enumerate(kinds)]
