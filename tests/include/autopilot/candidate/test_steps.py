from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.steps import find_steps


def candidate(*steps: tuple[str, str]) -> dict[str, Any]:
    listed = [{"CandidateStepType": f"AWS::SageMaker::{kind}", "CandidateStepName": name} for kind, name in steps]
    return {"CandidateName": "c", "CandidateSteps": listed}


SPLIT, FIT = ("ProcessingJob", "db"), ("TrainingJob", "dpp")
FEATURIZE, TRAIN = ("TransformJob", "rpb"), ("TrainingJob", "child")


@pytest.mark.parametrize("steps", [[SPLIT, FIT, FEATURIZE, TRAIN], [FIT, FEATURIZE, TRAIN]])
def test_roles_by_position(steps: list[tuple[str, str]]) -> None:
    found = find_steps(candidate(*steps), "job")
    names = {step.role: step.name for step in found.all}
    assert names == {
        "fit": "dpp",
        "featurize": "rpb",
        "train": "child",
        **({"split": "db"} if SPLIT in steps else {}),
    }
    assert not found.is_ensemble
    assert (step := found.get("featurize")) is not None
    assert step.kind == "TransformJob"


def test_one_training_job_alone_is_an_ensemble() -> None:
    found = find_steps(candidate(TRAIN), "job")
    assert found.is_ensemble
    assert [(step.role, step.name) for step in found.all] == [("ensemble", "child")]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([FEATURIZE, TRAIN], "job: candidate c has the steps TransformJob, TrainingJob; expected one training job"),
        ([FIT, FIT, FEATURIZE, TRAIN], "expected one training job before and one after one transform job"),
        ([FIT, FEATURIZE, FEATURIZE, TRAIN], "expected one training job before"),
        ([FIT, ("CompilationJob", "x"), FEATURIZE, TRAIN], "has the steps TrainingJob, CompilationJob"),
        ([], "job: candidate c lists no steps; they are gone or were never made"),
        ([("TrainingJob", "")], "a step of candidate c has no name"),
    ],
)
def test_other_steps_are_refused(steps: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(CandidateError) as caught:
        find_steps(candidate(*steps), "job")
    assert message in str(caught.value)
