"""Searches of the mode ENSEMBLING through the real endpoint: what they leave must be what Autopilot leaves."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from tests.include.local_aws.jobs import Clients, finished, unique, until
from tests.include.local_aws.search.searches import Searched, keys, predictions, put, search
from tests.include.local_aws.search.tables import classes, job, regression

REGION = "us-east-1"
IMAGE = f"763104351884.dkr.ecr.{REGION}.amazonaws.com/autogluon-inference:0.4.3-cpu-py38-ubuntu20.04"
PLACE = {
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    "SAGEMAKER_PROGRAM": "tabular_serve.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
}
FAST = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "linear-learner"]}]}}


def mode(candidates: int, **config: Any) -> dict[str, Any]:
    criteria = {"MaxCandidates": candidates}
    return {"AutoMLJobConfig": {"Mode": "ENSEMBLING", "CompletionCriteria": criteria, **config}}


@pytest.fixture(scope="module")
def searched(clients: Clients) -> Searched:
    return Searched(clients, regression(), 1, **mode(10))


@pytest.fixture(scope="module")
def binary(clients: Clients) -> Searched:
    return Searched(clients, classes(("yes", "no, thanks")), 1, **mode(1, **FAST))


def test_every_candidate_is_one_training_job(clients: Clients, searched: Searched) -> None:
    assert [one["CandidateName"] for one in searched.candidates] == [
        f"{searched.name}-trial-t{number}-1" for number in (1, 2, 3)
    ]
    for number, one in enumerate(searched.candidates, 1):
        (step,) = one["CandidateSteps"]
        assert step["CandidateStepType"] == "AWS::SageMaker::TrainingJob"
        assert step["CandidateStepName"].startswith(f"{searched.name}-t{number}-1-")
        assert (one["CandidateStatus"], one["ObjectiveStatus"]) == ("Completed", "Succeeded")
        described = clients.sagemaker.describe_training_job(TrainingJobName=step["CandidateStepName"])
        assert described["AutoMLJobArn"] == searched.described["AutoMLJobArn"]
        assert "/autogluon-training:0.4.3" in described["AlgorithmSpecification"]["TrainingImage"]
    names = {kind: clients.sagemaker.get_paginator(f"list_{kind}_jobs") for kind in ("transform", "training")}
    count = {
        kind: sum(len(page[f"{kind.title()}JobSummaries"]) for page in pages.paginate(NameContains=searched.name))
        for kind, pages in names.items()
    }
    assert count == {"transform": 0, "training": 3}


def test_the_best_candidate_tells_which_way_is_better(searched: Searched) -> None:
    final = searched.best["FinalAutoMLJobObjectiveMetric"]
    values = [one["FinalAutoMLJobObjectiveMetric"]["Value"] for one in searched.candidates]
    assert final == {"Type": "Minimize", "MetricName": "MSE", "StandardMetricName": "MSE", "Value": min(values)}
    # The target's variance is about 10: it has learnt from numbers and from words.
    assert final["Value"] < 1.5
    metrics = {one["MetricName"]: one["Value"] for one in searched.best["CandidateProperties"]["CandidateMetrics"]}
    assert set(metrics) == {"MSE", "RMSE", "MAE", "R2"}
    assert metrics["RMSE"] == pytest.approx(final["Value"] ** 0.5)


def test_one_container_with_the_whole_model(clients: Clients, searched: Searched) -> None:
    (container,) = searched.best["InferenceContainers"]
    name = searched.best["CandidateName"]
    assert container == {
        "Image": IMAGE,
        "ModelDataUrl": f"s3://{searched.bucket}/out/{searched.name}/sagemaker-automl-candidates/model/{name}/model.tar.gz",
        "Environment": {**PLACE, "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label"},
    }
    rows = b"idx,1.0,0.5,red\nidy,-1.0,3.9e17,blue\nidz,,0.1,violet\n"
    values = [float(answer) for answer in predictions(clients, searched.bucket, [container], rows)]
    assert values[:2] == pytest.approx([5.0, -3.0], abs=1.5)
    assert len(values) == 3


def test_what_it_leaves_in_s3(clients: Clients, searched: Searched) -> None:
    found = keys(clients, searched.bucket, f"out/{searched.name}/sagemaker-automl-candidates/")
    trials = [f"{searched.name}-trial-t{number}-1" for number in (1, 2, 3)]
    assert {f"model/{trial}/model.tar.gz" for trial in trials} <= set(found)
    assert {f"notebooks/trial_configs/t{number}.json" for number in (1, 2, 3)} <= set(found)
    place = f"s3://{searched.bucket}/out/{searched.name}/sagemaker-automl-candidates/notebooks"
    assert searched.described["AutoMLJobArtifacts"] == {
        "DataExplorationNotebookLocation": f"{place}/SageMakerAutopilotDataExplorationNotebook.ipynb"
    }
    assert not any("generated_module" in key for key in found)


def test_both_versions_describe_it(clients: Clients, searched: Searched) -> None:
    assert searched.described["AutoMLJobConfig"]["Mode"] == "ENSEMBLING"
    assert searched.described["ResolvedAttributes"]["ProblemType"] == "Regression"
    assert searched.described["ResolvedAttributes"]["AutoMLJobObjective"] == {"MetricName": "MSE"}
    second = clients.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=searched.name)
    assert second["AutoMLProblemTypeConfig"]["TabularJobConfig"]["Mode"] == "ENSEMBLING"
    assert second["BestCandidate"] == searched.best


def test_two_classes_through_the_second_version(clients: Clients) -> None:
    bucket, name = put(clients, classes(("yes", "no, thanks"))), unique("search")
    request = job(bucket)
    tabular = {
        "TargetAttributeName": "y",
        "Mode": "ENSEMBLING",
        "ProblemType": "BinaryClassification",
        "CompletionCriteria": {"MaxCandidates": 1},
        **FAST,
    }
    source = {"ChannelType": "training", "DataSource": request["InputDataConfig"][0]["DataSource"]}
    clients.sagemaker.create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[source],
        OutputDataConfig=request["OutputDataConfig"],
        AutoMLProblemTypeConfig={"TabularJobConfig": tabular},
        AutoMLJobObjective={"MetricName": "AUC"},
        RoleArn=request["RoleArn"],
    )
    described = finished(clients.sagemaker, "AutoML", name, 120)
    assert described["AutoMLJobStatus"] == "Completed", described
    final = described["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]
    assert (final["Type"], final["MetricName"]) == ("Maximize", "AUC")
    assert 0.9 < final["Value"] <= 1
    assert described["AutoMLProblemTypeConfig"]["TabularJobConfig"] == tabular


def test_labels_and_probabilities_of_two_classes(clients: Clients, binary: Searched) -> None:
    (container,) = binary.best["InferenceContainers"]
    supported = "predicted_label,probability,probabilities,labels"
    assert container["Environment"] == {**PLACE, "SAGEMAKER_INFERENCE_SUPPORTED": supported}
    final = binary.best["FinalAutoMLJobObjectiveMetric"]
    assert (final["MetricName"], final["Type"]) == ("F1", "Maximize")
    rows = b"-2.0,0.1\n2.0,0.1\n"
    assert predictions(clients, binary.bucket, [container], rows) == ["yes", '"no, thanks"']
    container["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] = supported
    answers = list(csv.reader(predictions(clients, binary.bucket, [container], rows)))
    for label, probability, probabilities, labels in answers:
        assert labels == "['no, thanks', 'yes']"
        assert json.loads(probabilities)[("no, thanks", "yes").index(label)] == float(probability) > 0.5


def test_three_classes_and_the_algorithms_asked_for(clients: Clients) -> None:
    only = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["extra-trees"]}]}}
    found = Searched(clients, classes(("a", "b", "c")), 1, **mode(1, **only))
    assert found.best["FinalAutoMLJobObjectiveMetric"]["MetricName"] == "Accuracy"
    assert found.best["FinalAutoMLJobObjectiveMetric"]["Value"] > 0.85
    told = clients.sagemaker.describe_training_job(TrainingJobName=found.steps[0])["HyperParameters"]
    assert told["members"] == "extra-trees"
    answers = predictions(clients, found.bucket, found.best["InferenceContainers"], b"-2.0,0.1\n2.0,-1.0\n2.0,1.5\n")
    assert answers == ["a", "b", "c"]


def test_the_same_table_finds_the_same(clients: Clients, binary: Searched) -> None:
    again = search(clients, {**job(binary.bucket), **mode(1, **FAST)})
    assert again["BestCandidate"]["FinalAutoMLJobObjectiveMetric"] == binary.best["FinalAutoMLJobObjectiveMetric"]


def test_a_stopped_search_stops_its_trials(clients: Clients) -> None:
    request = {**job(put(clients, regression())), **mode(3)}
    name = request["AutoMLJobName"]
    clients.sagemaker.create_auto_ml_job(**request)
    until(
        lambda: clients.sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=name),
        lambda listed: len(listed["Candidates"]) > 0,
    )
    clients.sagemaker.stop_auto_ml_job(AutoMLJobName=name)
    described = finished(clients.sagemaker, "AutoML", name)
    assert described["AutoMLJobStatus"] == "Stopped"
    jobs = clients.sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
    assert jobs
    assert "InProgress" not in {one["TrainingJobStatus"] for one in jobs}


def test_a_trial_without_time_is_no_candidate(clients: Clients) -> None:
    criteria = {"MaxCandidates": 1, "MaxRuntimePerTrainingJobInSeconds": 1}
    request = {**job(put(clients, regression(rows=5000))), **mode(1, CompletionCriteria=criteria)}
    described = search(clients, request)
    assert described["AutoMLJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        "No candidate finished successfully: 1 stopped after MaxRuntimePerTrainingJobInSeconds (1)."
    )


def test_settings_reach_the_trials(clients: Clients) -> None:
    vpc = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
    key = "arn:aws:kms:us-east-1:123456789012:key/0"
    request = {
        **job(put(clients, regression())),
        **mode(1, SecurityConfig={"VolumeKmsKeyId": key, "VpcConfig": vpc}, **FAST),
    }
    request["OutputDataConfig"]["KmsKeyId"] = key
    best = search(clients, request)["BestCandidate"]
    trial = clients.sagemaker.describe_training_job(TrainingJobName=best["CandidateSteps"][0]["CandidateStepName"])
    assert (trial["VpcConfig"], trial["ResourceConfig"]["VolumeKmsKeyId"]) == (vpc, key)
    bucket, _, place = best["InferenceContainers"][0]["ModelDataUrl"].removeprefix("s3://").partition("/")
    assert clients.s3.head_object(Bucket=bucket, Key=place)["SSEKMSKeyId"] == key
