"""What operators tell OpenLineage of their jobs, as its own classes have it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import kinds, openlineage_facets, operators
from tests.support.repository import ROOT

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


class Account:
    """Describes one model."""

    def __init__(self, model: dict[str, Any] | None) -> None:
        self.model = model

    def describe_model(self, **_: Any) -> Any:
        if self.model is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeModel")
        return self.model


def told(kind: kinds.JobKind, described: dict[str, Any], model: dict[str, Any] | None = None) -> tuple[Any, Any]:
    read, made = openlineage_facets.inputs_of(Account(model), described), openlineage_facets.outputs_of(kind, described)
    found = openlineage_facets.facets(read, made)
    return tuple([f"{one.namespace} {one.name}" for one in side] for side in (found.inputs, found.outputs))


def channel(uri: str) -> dict[str, Any]:
    return {"DataSource": {"S3DataSource": {"S3Uri": uri}}}


def test_training() -> None:
    described = {
        "TrainingJobStatus": "Completed",
        # An EFS channel has no address in S3.
        "InputDataConfig": [channel("s3://b/train/"), channel("s3://b/train"), {"DataSource": {}}],
        "ModelArtifacts": {"S3ModelArtifacts": "s3://b/out/model.tar.gz"},
        "CreationTime": datetime(2024, 1, 1, tzinfo=UTC),
    }
    assert told(kinds.TRAINING, described) == (["s3://b train"], ["s3://b out/model.tar.gz"])
    stopped = {**described, "TrainingJobStatus": "Stopped"}
    assert told(kinds.TRAINING, stopped) == (["s3://b train"], [])


def test_processing() -> None:
    described = {
        "ProcessingJobStatus": "Completed",
        "ProcessingInputs": [{"S3Input": {"S3Uri": "s3://b/in"}}, {"DatasetDefinition": {}}],
        "ProcessingOutputConfig": {"Outputs": [{"S3Output": {"S3Uri": "s3://b/out"}}]},
    }
    assert told(kinds.PROCESSING, described) == (["s3://b in"], ["s3://b out"])


TRANSFORMED = {
    "TransformJobStatus": "Completed",
    "TransformJobArn": f"{ARN}:transform-job/t",
    "ModelName": "m",
    "TransformInput": channel("s3://b/rows"),
    "TransformOutput": {"S3OutputPath": "s3://b/answers/"},
}


def test_a_transform_reads_its_rows_its_model_and_all_of_its_artifacts() -> None:
    containers = [{"ModelDataUrl": "s3://b/featurizer.tar.gz"}, {"ModelPackageName": f"{ARN}:model-package/g/2"}]
    read, made = told(kinds.TRANSFORM, TRANSFORMED, {"Containers": containers})
    assert read == ["s3://b rows", f"{ARN} model/m", "s3://b featurizer.tar.gz", f"{ARN} model-package/g/2"]
    assert made == ["s3://b answers"]


def test_a_transform_whose_model_cannot_be_described_has_lineage_without_its_artifacts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    assert told(kinds.TRANSFORM, TRANSFORMED)[0] == ["s3://b rows", f"{ARN} model/m"]
    assert "lineage without the artifacts of the model m" in caplog.text


def test_a_model_is_made_of_its_artifacts() -> None:
    described = {"ModelArn": f"{ARN}:model/m", "PrimaryContainer": {"ModelDataUrl": "s3://b/m.tar.gz"}}
    assert told(kinds.MODEL, described) == (["s3://b m.tar.gz"], [f"{ARN} model/m"])


def test_tuning() -> None:
    described = {
        "HyperParameterTuningJobStatus": "Completed",
        "TrainingJobDefinition": {
            "InputDataConfig": [channel("s3://b/train.manifest")],
            "OutputDataConfig": {"S3OutputPath": "s3://b/tuned/"},
        },
        "BestTrainingJob": {"TrainingJobName": "best"},
    }
    assert told(kinds.TUNING, described) == (["s3://b train.manifest"], ["s3://b tuned/best/output/model.tar.gz"])


def test_a_search_of_either_version() -> None:
    ended = {
        "AutoMLJobStatus": "Completed",
        "OutputDataConfig": {"S3OutputPath": "s3://b/search"},
        "BestCandidate": {"InferenceContainers": [{"ModelDataUrl": "s3://b/search/dpp.tar.gz"}, {}]},
    }
    for member in ("InputDataConfig", "AutoMLJobInputDataConfig"):
        read, made = told(kinds.AUTOML, {**ended, member: [channel("s3://b/table.csv")]})
        assert (read, made) == (["s3://b table.csv"], ["s3://b search", "s3://b search/dpp.tar.gz"])


def test_a_task_without_a_job_has_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    operator = operators.AutopilotTrainingOperator(task_id="t", config={})
    monkeypatch.setattr(type(operator.hook), "get_conn", lambda _: Account(None))
    found = operator.get_openlineage_facets_on_complete(None)
    assert (found.inputs, found.outputs) == ([], [])


def test_what_there_is_to_know_of_the_data_is_told_of_the_run_and_of_what_it_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def about(instance: Any) -> str | None:
        return f"made up, says {instance}"

    operator = operators.AutopilotTrainingOperator(task_id="t", config={}, about=about)
    monkeypatch.setattr(type(operator.hook), "get_conn", lambda _: Account(None))
    operator._described.append(
        {
            "TrainingJobStatus": "Completed",
            "InputDataConfig": [channel("s3://b/train")],
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"},
        }
    )
    found = operator.get_openlineage_facets_on_complete("ti")
    assert [(tag.key, tag.value) for tag in found.run_facets["tags"].tags] == [("data", "made up, says ti")]
    assert [one.facets for one in found.inputs] == [{}]
    assert [one.facets["documentation"].description for one in found.outputs] == ["made up, says ti"]


def test_what_is_read_may_have_something_to_be_known_itself() -> None:
    found = openlineage_facets.facets({"s3://b/a": "made up", "s3://b/c": None}, ["s3://b/d"])
    described = {one.name: one.facets.get("documentation") for one in (*found.inputs, *found.outputs)}
    assert described.pop("a").description == "made up"
    assert described == {"c": None, "d": None}
    assert found.run_facets == {}


WITHOUT = """
import importlib.util, pkgutil, sys

for name in ("importlib.metadata", "importlib_metadata"):  # Airflow's on Python 3.12 and later, and before
    if importlib.util.find_spec(name):
        metadata = importlib.import_module(name)
        metadata.distributions = lambda found=metadata.distributions: [
            one for one in found() if "openlineage" not in (one.metadata["Name"] or "")
        ]
for name in ("airflow.providers.openlineage", "openlineage"):
    sys.modules[name] = None

import airflow_autopilot, airflow_sagemaker_once
for package in (airflow_autopilot, airflow_sagemaker_once):
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(one.name)
from dags.retrain import bace_retrain
print(len(bace_retrain.tasks))
"""


def test_nothing_of_the_provider_is_needed() -> None:
    """Where it is not installed every module of ours is there, and so are the DAGs."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT],
        env=environment, capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout.splitlines()[-1]) > 10
