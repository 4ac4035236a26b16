"""Several transform jobs by one task, in a real DAG run against the embedded AWS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_sagemaker_once.operators import AutopilotModelOperator, AutopilotTrainingOperator
from airflow_sagemaker_once.transforms import AutopilotTransformsOperator
from tests.support.airflowdb import ran
from tests.support.faulty import CONNECTION, Faulty
from tests.support.trainings import request


def transform(name: str, model: str) -> dict[str, Any]:
    """Predict the training rows' features with a model."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://submit/train/"}}
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {"S3OutputPath": f"s3://submit/transformed/{name}", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "DataProcessing": {"InputFilter": "$[1:]"},
    }


def outcome(ended: Any, task_id: str) -> tuple[list[str], list[Any]]:
    """States and results of a mapped task's instances."""
    found = sorted(
        (one for one in ended.get_task_instances() if one.task_id == task_id), key=lambda one: int(one.map_index)
    )
    states = [str(one.state) for one in found]
    return states, [one.xcom_pull(task_ids=task_id, map_indexes=one.map_index) for one in found]


@pytest.mark.parametrize(
    "deferrable", [True, pytest.param(False, marks=pytest.mark.whole)], ids=["deferred", "in the worker"]
)
def test_each_batch_is_a_task_and_each_request_a_job(airflow_db: None, faulty: Faulty, deferrable: bool) -> None:
    prefix = f"many-{str(deferrable).lower()}"
    training = request(prefix)
    container = {
        "Image": training["AlgorithmSpecification"]["TrainingImage"],
        "ModelDataUrl": f"s3://submit/out/{prefix}/output/model.tar.gz",
    }
    model = {"ModelName": prefix, "ExecutionRoleArn": training["RoleArn"], "PrimaryContainer": container}
    names = [f"{prefix}-{number}" for number in range(3)]
    wanted = [transform(name, prefix) for name in names]
    # The first answer is that the quota is used up: its question is asked again, and nothing is forgotten meanwhile.
    faulty.faults.set([{"fault": "resource_limit", "operation": "sagemaker.CreateTransformJob", "count": 1}])
    with DAG(f"many_{deferrable}", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        options: dict[str, Any] = {"aws_conn_id": CONNECTION, "deferrable": deferrable}
        train = AutopilotTrainingOperator(task_id="train", config=training, **options)
        create = AutopilotModelOperator(task_id="create", config=model, **options)
        many = AutopilotTransformsOperator.partial(
            task_id="many", capacity_pause=timedelta(seconds=0.5), **options
        ).expand(configs=[wanted[:2], wanted[2:]])
        train >> create >> many
    ended = ran(dag, logical_date=datetime(2025, 7, 1, tzinfo=UTC))
    states, results = outcome(ended, "many")
    assert states == ["success", "success"]
    assert [[job["name"] for job in batch] for batch in results] == [names[:2], names[2:]]
    assert {job["status"] for batch in results for job in batch} == {"Completed"}
    assert [job["uri"] for batch in results for job in batch] == [f"s3://submit/transformed/{name}" for name in names]
    listed = faulty.client.list_transform_jobs(NameContains=prefix)["TransformJobSummaries"]
    assert sorted(job["TransformJobName"] for job in listed) == names


def test_the_configs_may_be_one_template_and_bring_their_models_and_their_files(
    airflow_db: None, faulty: Faulty, tmp_path: Path
) -> None:
    training = request("brought")
    container = {
        "Image": training["AlgorithmSpecification"]["TrainingImage"],
        "ModelDataUrl": "s3://submit/out/brought/output/model.tar.gz",
    }
    model = {"ModelName": "brought", "ExecutionRoleArn": training["RoleArn"], "PrimaryContainer": container}
    rows = tmp_path / "rows.csv"
    rows.write_text("1,2\n3,4\n")
    upload = {"S3Upload": [{"Path": str(rows), "Bucket": "submit", "Key": "brought/rows.csv"}]}
    configs: list[Any] = [
        {"Model": model, "Transform": transform("brought-0", "is set"), "S3Operations": upload},
        json.dumps(transform("brought-1", "brought")),
    ]
    with DAG("brought", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        train = AutopilotTrainingOperator(task_id="train", config=training, aws_conn_id=CONNECTION)
        many = AutopilotTransformsOperator(
            task_id="many", configs="{{ '' }}" + json.dumps(configs), aws_conn_id=CONNECTION
        )
        train >> many
    ended = ran(dag, logical_date=datetime(2025, 7, 2, tzinfo=UTC))
    (states, (results,)) = outcome(ended, "many")
    assert states == ["success"]
    assert [job["name"] for job in results] == ["brought-0", "brought-1"]
