from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError, MissingResourceError
from include.autopilot.candidate.objective import Objective
from include.autopilot.candidate.winner import find_candidate
from tests.support.toy import AUTOML_JOB, MODULE, Toy


def find(toy: Toy) -> Any:
    return find_candidate(toy.sagemaker, toy.s3, AUTOML_JOB)  # type: ignore[arg-type]


def job(toy: Toy) -> Any:
    return toy.sagemaker.only("DescribeAutoMLJobV2")


def test_the_winner_and_everything_behind_it(searched: Toy) -> None:
    found = find(searched)
    assert found.name == f"{AUTOML_JOB}xY7q-003-c0ecb8eb"
    assert found.problem_type == "Regression"
    assert found.objective == Objective("MSE", "Minimize")
    assert found.parts.fit["HyperParameters"]["processor_module"] == "candidate_data_processors.dpp1"
    assert found.parts.train["HyperParameters"]["_kfold"] == "5"
    assert found.schema.target == "y"
    assert [container["Image"].rpartition("/")[2].partition(":")[0] for container in found.containers] == [
        "sagemaker-sklearn-automl",
        "sagemaker-xgboost",
    ]


def test_the_featurizer_is_the_transform_jobs_model_not_the_first_container(searched: Toy) -> None:
    found, parts = find(searched), find(searched).parts
    assert parts.featurizer["ModelName"] == parts.featurize["ModelName"]
    assert "AUTOML_TRANSFORM_MODE" not in parts.featurizer["PrimaryContainer"]["Environment"]
    assert found.containers[0]["Environment"]["AUTOML_TRANSFORM_MODE"] == "feature-transform"


def test_a_stopped_job_may_have_a_winner(searched: Toy) -> None:
    job(searched)["AutoMLJobStatus"] = "Stopped"
    assert find(searched).name


def test_names_and_arns_mean_nothing(searched: Toy) -> None:
    """Steps are found by position; the processing step may be absent."""
    best = job(searched)["BestCandidate"]
    best["CandidateSteps"] = best["CandidateSteps"][1:]
    for number, step in enumerate(best["CandidateSteps"]):
        operation = {"TrainingJob": "DescribeTrainingJob", "TransformJob": "DescribeTransformJob"}
        kind = operation[step["CandidateStepType"].rpartition("::")[2]]
        searched.sagemaker.responses[f"{kind}.step{number}"] = searched.sagemaker.answer(
            kind, step["CandidateStepName"]
        )
        step["CandidateStepName"] = f"step{number}"
        step["CandidateStepArn"] = "arn:aws:sagemaker:us-east-1:123456789012:training-job/other"
    assert find(searched).parts.train["HyperParameters"]["_kfold"] == "5"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AutoMLJobStatus": "InProgress"}, f"{AUTOML_JOB} is InProgress .Completed.: it has to finish first"),
        (
            {"AutoMLJobStatus": "Failed", "FailureReason": "no rows"},
            rf"{AUTOML_JOB} has Failed .Completed.: no rows\. Search again",
        ),
        ({"BestCandidate": None}, f"{AUTOML_JOB} is Completed but left no finished candidate"),
    ],
)
def test_jobs_without_a_winner(searched: Toy, change: dict[str, Any], message: str) -> None:
    job(searched).update(change)
    with pytest.raises(CandidateError, match=message):
        find(searched)


def test_containers_must_be_a_pipeline(searched: Toy) -> None:
    job(searched)["BestCandidate"]["InferenceContainers"].pop()
    with pytest.raises(CandidateError, match="has 1 inference containers"):
        find(searched)


def test_a_job_that_does_not_exist(searched: Toy) -> None:
    searched.sagemaker.responses = {}
    with pytest.raises(MissingResourceError, match=f"AutoMLJob {AUTOML_JOB} does not exist"):
        find(searched)


def test_targets_must_agree(searched: Toy) -> None:
    job(searched)["AutoMLProblemTypeConfig"]["TabularJobConfig"]["TargetAttributeName"] = "z"
    with pytest.raises(CandidateError, match="the job's target is 'z', its data processor's is 'y'"):
        find(searched)


def test_a_module_that_is_gone(searched: Toy) -> None:
    searched.s3.delete_object(Bucket="toy-models", Key=f"toy/{MODULE}")
    with pytest.raises(CandidateError, match=r"holds 0 files candidate_data_processors/dpp1.py; exactly one"):
        find(searched)


@pytest.mark.parametrize("part", ["InputDataConfig", "HyperParameters"])
def test_a_fit_job_that_names_no_module(searched: Toy, part: str) -> None:
    del searched.sagemaker.only("DescribeTrainingJob", "dpp1-1")[part]
    with pytest.raises(CandidateError, match="has no code channel or no processor_module"):
        find(searched)
