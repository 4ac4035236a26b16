"""What the Amazon provider's registry and endpoint operators call, over the Airflow connection alone."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerEndpointConfigOperator,
    SageMakerEndpointOperator,
    SageMakerRegisterModelVersionOperator,
)
from airflow.providers.amazon.aws.sensors.sagemaker import SageMakerEndpointSensor

from tests.include.local_aws.endpoints import variant
from tests.include.local_aws.jobs import XGBOOST, Clients, csv, table, unique

pytestmark = pytest.mark.whole

ROWS = csv(table(3)[:, 1:])


def _context() -> Any:
    return {}


def _invoke(name: str) -> bytes:
    runtime = AwsBaseHook("aws_default", client_type="sagemaker-runtime").get_conn()
    answer = runtime.invoke_endpoint(EndpointName=name, Body=ROWS, ContentType="text/csv")
    body: bytes = answer["Body"].read()
    return body


def test_the_endpoint_operators(clients: Clients, model: str) -> None:
    name, using = unique("endpoint"), unique("config")
    config = {"EndpointConfigName": using, "ProductionVariants": [variant(model, InitialInstanceCount="1")]}
    made = SageMakerEndpointConfigOperator(task_id="config", config=config).execute(_context())
    assert made["EndpointConfig"]["EndpointConfigName"] == using
    endpoint = {"EndpointName": name, "EndpointConfigName": using}
    created = SageMakerEndpointOperator(task_id="create", config=endpoint, check_interval=1).execute(_context())
    assert created["Endpoint"]["EndpointStatus"] == "InService"
    assert len(_invoke(name).split(b",")) == 3
    assert SageMakerEndpointSensor(task_id="wait", endpoint_name=name).poke(_context())
    # It exists: the operator that creates it updates it, one that updates it does so, too.
    for number, operation in enumerate(("create", "update")):
        using = f"{made['EndpointConfig']['EndpointConfigName']}-{number}"
        clients.sagemaker.create_endpoint_config(EndpointConfigName=using, ProductionVariants=[variant(model)])
        operator = SageMakerEndpointOperator(
            task_id=operation,
            config={"EndpointName": name, "EndpointConfigName": using},
            operation=operation,
            check_interval=1,
        )
        assert operator.execute(_context())["Endpoint"]["EndpointConfigName"] == using
    clients.sagemaker.delete_endpoint(EndpointName=name)


def test_the_register_operator(clients: Clients) -> None:
    group = unique("group")
    for version in (1, 2):  # the second time the group is there
        operator = SageMakerRegisterModelVersionOperator(
            task_id="register",
            image_uri=XGBOOST,
            model_url="s3://nowhere/model.tar.gz",
            package_group_name=group,
            extras={"SkipModelValidation": "All"},
        )
        arn = operator.execute(_context())
        assert arn.endswith(f":model-package/{group}/{version}")
    assert SageMakerHook("aws_default").create_model_package_group(group) is False


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"])
def test_the_environment_points_there_too(clients: Clients, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    monkeypatch.setenv(variable, clients.url)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    runtime = boto3.client("sagemaker-runtime", region_name="us-east-1", **keys)
    with pytest.raises(runtime.exceptions.ValidationError, match="Endpoint never-made of account"):
        runtime.invoke_endpoint(EndpointName="never-made", Body=b"1")
