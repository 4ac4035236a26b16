"""The operators are what they derive from: templated numbers, role names, S3 operations, one text, a model with it."""

from __future__ import annotations

import io
import logging
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.errors import RequestRefused
from airflow_sagemaker_once.operators import AutopilotTransformOperator
from airflow_sagemaker_once.submit import submit
from tests.support.airflowdb import ran
from tests.support.onetask import result, run
from tests.support.trainings import OWNER, XGBOOST, names, request


@pytest.fixture(scope="module")
def role(aws: str) -> str:
    iam = boto3.client("iam", endpoint_url=aws)
    return iam.create_role(RoleName="Modeller", AssumeRolePolicyDocument="{}")["Role"]["Arn"]  # type: ignore[no-any-return]


def templated(name: str) -> dict[str, Any]:
    """A request of which everything that is not a text has become one."""
    return {
        **request(name),
        "RoleArn": "Modeller",
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": "1", "VolumeSizeInGB": "{{ 2 + 3 }}"},
        "StoppingCondition": {"MaxRuntimeInSeconds": "{{ 600 }}"},
        "EnableNetworkIsolation": "{{ 1 > 2 }}",
    }


def test_a_templated_request_is_what_it_is_to_the_providers_operator(
    airflow_db: None, client: Any, role: str, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("\n".join(f"{n},{n % 7}" for n in range(60)))
    operations = {
        "S3CreateBucket": [{"Bucket": "prepared"}],
        "S3Upload": [
            {"Path": str(rows), "Bucket": "prepared", "Key": "train/rows.csv", "Tar": False},
            {"Path": str(rows), "Bucket": "prepared", "Key": "code.tar.gz", "Tar": True},
        ],
    }
    asked = {**templated("prepared"), "S3Operations": operations}
    asked["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = "s3://prepared/train/"
    assert run(asked).state == "success"
    described = client.describe_training_job(TrainingJobName="prepared")
    assert described["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    assert (described["RoleArn"], described["EnableNetworkIsolation"]) == (role, False)
    s3 = boto3.client("s3", endpoint_url=client.meta.endpoint_url)
    packed = io.BytesIO(s3.get_object(Bucket="prepared", Key="code.tar.gz")["Body"].read())
    with tarfile.open(fileobj=packed) as archive:
        assert archive.getnames() == ["rows.csv"]
    # Again, as in a retry: nothing is uploaded under the job that is there.
    rows.unlink()
    again = run(asked)
    assert (again.state, result(again)["action"]) == ("success", "reused")


def test_a_config_may_be_one_template(airflow_db: None, client: Any, role: str) -> None:
    ended = run("{{ '' }}" + repr(request("one-text", RoleArn="Modeller")), dag_id="one_text")
    assert (ended.state, result(ended)["name"]) == ("success", "one-text")


def test_a_role_that_is_not_there_is_told_at_once(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        ended = run(request("no-role", RoleArn="Nobody"), retries=2, retry_delay=timedelta(0))
    (instance,) = ended.get_task_instances()
    assert (ended.state, instance.try_number) == ("failed", 1)
    said = caplog.text + "".join(capfd.readouterr())
    assert "The role in the operator's config could not be looked up" in said
    assert names(client, "no-role") == []


@pytest.mark.parametrize(
    "change",
    [{"ResourceConfig": {"InstanceCount": "many"}}, {"Unheard": 1}, {"HyperParameters": {"rounds": 3}}],
    ids=["no number", "no such member", "a number for a text"],
)
def test_what_botocore_refuses_is_told_with_the_member(client: Any, change: dict[str, Any]) -> None:
    said = rf"No training job 'invalid' is asked for, the request cannot be sent: Par.*\n.*{_last(change)}"
    with pytest.raises(RequestRefused, match=said):
        submit(client, kinds.TRAINING, request("invalid", **change), OWNER)


def _last(change: Any) -> str:
    ((name, inner),) = change.items()
    return _last(inner) if isinstance(inner, dict) else name


def test_the_value_that_botocore_refuses_is_masked_by_its_name(client: Any) -> None:
    asked = request("invalid", Environment={"DB_PASSWORD": 5551234})
    with pytest.raises(RequestRefused, match=r"parameter Environment\.DB_PASSWORD, value: \*\*\*, type") as refused:
        submit(client, kinds.TRAINING, asked, OWNER, mask=lambda value: dict.fromkeys(value, "***"))
    assert "5551234" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_what_botocore_refuses_is_not_retried(airflow_db: None, client: Any) -> None:
    ended = run(request("invalid", Unheard=1), retries=2, retry_delay=timedelta(0))
    (instance,) = ended.get_task_instances()
    assert (ended.state, instance.try_number) == ("failed", 1)


def test_a_transform_may_bring_its_model(airflow_db: None, client: Any, role: str) -> None:
    trained = run(request("with-model"))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://submit/predict/"}}
    s3 = boto3.client("s3", endpoint_url=client.meta.endpoint_url)
    s3.put_object(Bucket="submit", Key="predict/rows.csv", Body=b"1,2\n3,4\n")
    config = {
        "Model": {
            "ModelName": "with-model",
            "ExecutionRoleArn": "Modeller",
            "PrimaryContainer": {"Image": XGBOOST, "ModelDataUrl": result(trained)["uri"]},
        },
        "Transform": {
            "TransformJobName": "with-model",
            "ModelName": "is set to the model that is made",
            "MaxConcurrentTransforms": "1",
            "MaxPayloadInMB": "6",
            "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
            "TransformOutput": {"S3OutputPath": "s3://submit/predicted"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": "1"},
        },
    }
    for action in ("created", "reused"):
        ended = transform(config, f"with_model_{action}")
        (instance,) = ended.get_task_instances()
        assert ended.state == "success"
        assert instance.xcom_pull(task_ids="predict")["action"] == action
    assert client.describe_model(ModelName="with-model")["ExecutionRoleArn"] == role
    described = client.describe_transform_job(TransformJobName="with-model")
    assert (described["ModelName"], described["MaxPayloadInMB"]) == ("with-model", 6)


def transform(config: Any, dag_id: str) -> Any:
    from airflow.sdk import DAG

    with DAG(dag_id, schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        AutopilotTransformOperator(task_id="predict", config=config)
    return ran(dag, logical_date=datetime(2025, 6, 2, tzinfo=UTC))
