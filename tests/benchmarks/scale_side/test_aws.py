"""Jobs that only take time: everything around them is the embedded AWS's, and what they leave fits what was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from benchmarks.scale_side.aws import JOB_SECONDS, answers
from benchmarks.scale_side.models import Models, name_of
from include.autopilot.base.cutoff import as_utc
from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import exists
from include.autopilot.settings.config import load_models
from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT

ROLE = "arn:aws:iam::123456789012:role/AutopilotRetrain"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"
TRAINING: dict[str, Any] = {
    "TrainingJobName": "scale000-train",
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://toy-models/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOCAL_ACCOUNT, JOB_SECONDS: "0.5"}.items():
            patch.setenv(name, value)
        with start(tmp_path_factory.mktemp("aws"), module="benchmarks.scale_side.aws") as aws:
            yield {name: boto3.client(name, endpoint_url=aws.url) for name in ("s3", "sagemaker")}  # type: ignore[call-overload]


def test_a_training_takes_its_time_and_leaves_an_artifact(clients: dict[str, Any], tmp_path: Path) -> None:
    Models(tmp_path, None).grow(1, clients["s3"], clients["sagemaker"])
    sagemaker = clients["sagemaker"]
    sagemaker.create_training_job(**TRAINING)
    while (job := sagemaker.describe_training_job(TrainingJobName="scale000-train"))[
        "TrainingJobStatus"
    ] == "InProgress":
        time.sleep(0.05)
    assert job["TrainingJobStatus"] == "Completed"
    assert (job["TrainingEndTime"] - job["TrainingStartTime"]).total_seconds() >= 0.5
    assert exists(clients["s3"], job["ModelArtifacts"]["S3ModelArtifacts"])


def test_models_are_added_with_all_that_a_run_needs(clients: dict[str, Any], tmp_path: Path) -> None:
    models = Models(tmp_path, None)
    models.count = 1  # the bucket and the search are there
    assert models.grow(3, clients["s3"], clients["sagemaker"]) == [name_of(1), name_of(2)]
    read = load_models(tmp_path / "include" / "models")
    assert [(model.name, model.priority) for model in read] == [("scale001", 0), ("scale002", 1)]
    assert models.first_in_line == {"scale002_retrain"}
    for model in read:
        places = Locations(model.root)
        assert exists(clients["s3"], places.template("current"))
        listed = clients["s3"].list_objects_v2(Bucket="toy-models", Prefix=f"{model.name}/drops/")["Contents"]
        assert len(listed) == 12
        assert as_utc(model.start_date).year == 2023


def test_airflows_own_order_can_be_measured(tmp_path: Path) -> None:
    Models(tmp_path, "downstream")
    assert '"weight_rule": "downstream"' in (tmp_path / "plugins" / "airflow_autopilot" / "defaults.py").read_text()


def test_predictions_stand_beside_key_and_target() -> None:
    processing = {"JoinSource": "Input", "InputFilter": "$[2:]", "OutputFilter": "$[0,1,-1]"}
    assert answers([["a", "1.0", "7"], ["b", "2.0", "7"]], processing) == "a,1.0,0.5\nb,2.0,2.5\n"


def test_features_are_a_line_for_each_row() -> None:
    assert answers([["1.5", "x", "y"], ["2.5", "x", "y"]], {}) == "1.5,3\n2.5,3\n"
