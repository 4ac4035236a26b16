from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.endpoints import variant
from tests.include.local_aws.jobs import ACCOUNT, REGION, ROLE, Clients, refused, unique


def _arn(name: str, kind: str = "endpoint-config") -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name}"


def test_a_configuration_comes_back_as_it_was_given(clients: Clients, model: str) -> None:
    name = unique("config")
    given = variant(model, RoutingConfig={"RoutingStrategy": "RANDOM"}, VolumeSizeInGB=10)
    tags = [{"Key": "team", "Value": "a"}]
    created = clients.sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[given], ExecutionRoleArn=ROLE, Tags=tags
    )
    assert created["EndpointConfigArn"] == _arn(name)
    described = clients.sagemaker.describe_endpoint_config(EndpointConfigName=name)
    assert described["ProductionVariants"] == [{**given, "InitialVariantWeight": 1.0}]
    assert (described["EndpointConfigArn"], described["ExecutionRoleArn"]) == (_arn(name), ROLE)
    assert clients.sagemaker.list_tags(ResourceArn=_arn(name))["Tags"] == tags
    listed = clients.sagemaker.list_endpoint_configs(NameContains=name)["EndpointConfigs"]
    assert listed == [
        {"EndpointConfigName": name, "EndpointConfigArn": _arn(name), "CreationTime": described["CreationTime"]}
    ]


def test_a_name_is_taken_until_it_is_deleted(clients: Clients, model: str) -> None:
    name = unique("config")
    request = {"EndpointConfigName": name, "ProductionVariants": [variant(model)]}
    clients.sagemaker.create_endpoint_config(**request)
    told = refused(clients.sagemaker.create_endpoint_config, **request)
    assert told == (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{_arn(name)}".',
    )
    clients.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    gone = ("ValidationException", f'Could not find endpoint configuration "{_arn(name)}".')
    assert refused(clients.sagemaker.describe_endpoint_config, EndpointConfigName=name) == gone
    assert refused(clients.sagemaker.delete_endpoint_config, EndpointConfigName=name) == gone
    clients.sagemaker.create_endpoint_config(**request)


def test_the_model_must_exist(clients: Clients) -> None:
    told = refused(
        clients.sagemaker.create_endpoint_config,
        EndpointConfigName=unique("config"),
        ProductionVariants=[variant("never-made")],
    )
    assert told == ("ValidationException", f'Could not find model "{_arn("never-made", "model")}".')


@pytest.mark.parametrize("member", ["ModelName", "InstanceType", "InitialInstanceCount"])
def test_a_variant_needs_a_model_and_an_instance(clients: Clients, model: str, member: str) -> None:
    given = variant(model)
    del given[member]
    told = refused(
        clients.sagemaker.create_endpoint_config, EndpointConfigName=unique("config"), ProductionVariants=[given]
    )
    assert told == ("ValidationException", f"{member} is required for production variant AllTraffic.")


@pytest.mark.parametrize(
    ("members", "of_variant", "what"),
    [
        ({}, {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}, "ProductionVariant.ServerlessConfig"),
        ({}, {"EnableSSMAccess": True}, "ProductionVariant.EnableSSMAccess"),
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, {}, "AsyncInferenceConfig"),
    ],
)
def test_what_is_not_done_is_refused_and_named(
    clients: Clients, model: str, members: dict[str, Any], of_variant: dict[str, Any], what: str
) -> None:
    told = refused(
        clients.sagemaker.create_endpoint_config,
        EndpointConfigName=unique("config"),
        ProductionVariants=[variant(model, **of_variant)],
        **members,
    )
    assert told == (
        "NotImplementedException",
        f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )


def test_two_variants_are_not_done(clients: Clients, model: str) -> None:
    variants = [variant(model, VariantName=name) for name in ("a", "b")]
    code, message = refused(
        clients.sagemaker.create_endpoint_config, EndpointConfigName=unique("config"), ProductionVariants=variants
    )
    assert code == "NotImplementedException"
    assert message.startswith("An endpoint of more than one production variant is not done")
