"""Deploying models in tests."""

from __future__ import annotations

from typing import Any

from tests.include.local_aws.jobs import INSTANCE, ROLE, Clients, client, unique, until

VARIANT = "AllTraffic"
MOVING = {"Creating", "Updating", "SystemUpdating"}


def variant(model: str, **more: Any) -> dict[str, Any]:
    """Make a production variant; ``more`` replaces members."""
    return {
        "VariantName": VARIANT,
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": INSTANCE,
        **more,
    }


def model_of(clients: Clients, containers: list[dict[str, Any]]) -> str:
    """Make a model of containers."""
    name = unique("model")
    clients.sagemaker.create_model(ModelName=name, Containers=containers, ExecutionRoleArn=ROLE)
    return name


def config(clients: Clients, model: str) -> str:
    """Make an endpoint configuration for a model."""
    name = unique("config")
    clients.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant(model)])
    return name


def settled(clients: Clients, name: str) -> dict[str, Any]:
    """Wait until an endpoint is in service or has failed."""
    described = until(
        lambda: clients.sagemaker.describe_endpoint(EndpointName=name),
        lambda found: found["EndpointStatus"] not in MOVING,
    )
    assert isinstance(described, dict)
    return described


def deploy(clients: Clients, model: str) -> str:
    """Make an endpoint for a model and wait until it serves."""
    name = unique("endpoint")
    clients.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config(clients, model))
    described = settled(clients, name)
    assert described["EndpointStatus"] == "InService", described
    return name


def invoke(clients: Clients, name: str, body: bytes, **more: Any) -> tuple[bytes, dict[str, Any]]:
    """Send CSV to an endpoint; answers the body and the rest of the answer."""
    runtime = client(clients.url, "sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=name, Body=body, **{"ContentType": "text/csv", **more})
    return answer.pop("Body").read(), answer
