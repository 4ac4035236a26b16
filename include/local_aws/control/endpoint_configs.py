"""CreateEndpointConfig, DescribeEndpointConfig, DeleteEndpointConfig: one variant on one instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.control import checks, kinds, models
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import ENDPOINT_CONFIG
from include.local_aws.errors import NotDone, ValidationException

_NOT_DONE = (
    "AsyncInferenceConfig",
    "DataCaptureConfig",
    "ExplainerConfig",
    "MetricsConfig",
    "ShadowProductionVariants",
)
_NOT_DONE_OF_VARIANT = (
    "AcceleratorType",
    "CapacityReservationConfig",
    "CoreDumpConfig",
    "EnableSSMAccess",
    "InstancePools",
    "ManagedInstanceScaling",
    "ServerlessConfig",
)


def create(services: Services, call: Call) -> Json:
    """CreateEndpointConfig."""
    request = call.request
    kinds.ensure_free(services, ENDPOINT_CONFIG, call)
    checks.not_done(request, "", *_NOT_DONE)
    variants = request["ProductionVariants"]
    if len(variants) > 1:
        raise NotDone("An endpoint of more than one production variant")
    _check(services, call.region, variants[0])
    checks.volume_key(variants[0]["InstanceType"], request.get("KmsKeyId"), "KmsKeyId")
    described = {"InitialVariantWeight": 1.0, **variants[0]}
    created = kinds.create(services, ENDPOINT_CONFIG, call, {"ProductionVariants": [described]})
    return {"EndpointConfigArn": created.arn}


def delete(services: Services, call: Call) -> Json:
    """DeleteEndpointConfig: endpoints that were made with it go on."""
    services.store.delete(kinds.find(services, ENDPOINT_CONFIG, call))
    return {}


def _check(services: Services, region: str, variant: Mapping[str, Any]) -> None:
    checks.not_done(variant, "ProductionVariant", *_NOT_DONE_OF_VARIANT)
    missing = [member for member in ("ModelName", "InstanceType", "InitialInstanceCount") if member not in variant]
    if missing:
        raise ValidationException(f"{missing[0]} is required for production variant {variant['VariantName']}.")
    models.deployable(services, region, variant["ModelName"], "An endpoint")
