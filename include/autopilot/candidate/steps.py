"""The steps of a candidate: which job played which role, told by type and position, never by a pattern in its name.

A winner of the hyperparameter-tuning mode has these steps, in this order:

1. a processing job that splits the data (may be absent),
2. a training job that fits the featurizer,
3. a transform job that featurizes training and validation data,
4. a training job that trains the algorithm; the candidate bears its name.

The candidate's own name tells the two training jobs apart, then their position, and their images have the last word.
A winner of the ENSEMBLING mode has one training job and nothing to replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from include.autopilot.base.errors import CandidateError
from include.autopilot.base.lenient import items_at, text_at
from include.autopilot.candidate.descriptions import Description

PROCESSING = "ProcessingJob"
TRAINING = "TrainingJob"
TRANSFORM = "TransformJob"
_KINDS = (PROCESSING, TRAINING, TRANSFORM)
_ORDER = ("split", "fit", "featurize", "train")


@dataclass(frozen=True)
class Step:
    """One job. ``role`` is split, fit, featurize, train or ensemble; ``kind`` is ProcessingJob, TrainingJob ..."""

    role: str
    kind: str
    name: str


@dataclass(frozen=True)
class Steps:
    """The steps in the order in which they ran.

    :param ensembling: whether the candidate is one of the ENSEMBLING mode, though it lists no steps.
    :param certain: whether the roles of the two training jobs are known.
    """

    all: tuple[Step, ...]
    ensembling: bool = False
    certain: bool = True

    @property
    def is_ensemble(self) -> bool:
        """Whether the candidate is one of the ENSEMBLING mode."""
        return self.ensembling or self.get("ensemble") is not None

    def get(self, role: str) -> Step | None:
        """Return the step of a role, or None."""
        return next((step for step in self.all if step.role == role), None)

    def exchanged(self) -> Steps:
        """Return the steps with the roles of the two training jobs exchanged."""
        other = {"fit": "train", "train": "fit"}
        return Steps(_in_order(Step(other.get(step.role, step.role), step.kind, step.name) for step in self.all))


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
    if not set(kinds) <= set(_KINDS) or (kinds.count(TRANSFORM), kinds.count(TRAINING)) != (1, 2):
        raise CandidateError(
            f"{automl_job}: candidate {label} has the steps {', '.join(kinds)}; expected one training job before and "
            "one after one transform job (hyperparameter tuning), or one training job alone (ENSEMBLING)."
        )
    return _tuned(steps, label)


def _tuned(steps: Sequence[tuple[str, str]], candidate: str) -> Steps:
    """Return the steps of the hyperparameter-tuning mode.

    The algorithm's training job bears the candidate's name; where none or both do, it comes after the transform job.
    """
    training = [place for place, (kind, _) in enumerate(steps) if kind == TRAINING]
    bearing = [place for place in training if steps[place][1].lower() == candidate.lower()]
    middle = next(place for place, (kind, _) in enumerate(steps) if kind == TRANSFORM)
    after = [place for place in training if place > middle]
    train = next((places[0] for places in (bearing, after) if len(places) == 1), None)
    last = training[-1] if train is None else train
    fixed = {PROCESSING: "split", TRANSFORM: "featurize"}
    roles = [fixed.get(kind) or ("train" if place == last else "fit") for place, (kind, _) in enumerate(steps)]
    found = (Step(role, kind, name) for role, (kind, name) in zip(roles, steps, strict=True))
    return Steps(_in_order(found), certain=train is not None)


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: _ORDER.index(step.role)))
