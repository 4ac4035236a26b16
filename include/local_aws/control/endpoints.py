"""CreateEndpoint, DescribeEndpoint, UpdateEndpoint, DeleteEndpoint."""

from __future__ import annotations

from dataclasses import replace

from include.local_aws.control import checks, kinds, models
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import ENDPOINT, ENDPOINT_CONFIG
from include.local_aws.errors import ValidationException
from include.local_aws.runner.endpoints import COMING
from include.local_aws.store import Resource, now

_IN_PROGRESS = {"Creating", "Updating", "SystemUpdating"}


def create(services: Services, call: Call) -> Json:
    """CreateEndpoint. Configuration and model are read now: deleting them later does not touch the endpoint."""
    kinds.ensure_free(services, ENDPOINT, call)
    checks.not_done(call.request, "", "DeploymentConfig")
    created = kinds.create(services, ENDPOINT, call, {COMING: _deployment(services, call)})
    services.endpoints.deploy(created)
    return {"EndpointArn": created.arn}


def describe(services: Services, call: Call) -> Json:
    """DescribeEndpoint."""
    found = kinds.find(services, ENDPOINT, call)
    told = kinds.describe(ENDPOINT, found, call.operation)
    coming = found.computed.get(COMING)
    if coming:
        variant = {"VariantName": coming["Variant"]["VariantName"], "InstanceType": coming["Variant"]["InstanceType"]}
        told["PendingDeploymentSummary"] = {
            "EndpointConfigName": coming["EndpointConfigName"],
            "ProductionVariants": [variant],
            "StartTime": coming["StartTime"],
        }
    return told


def update(services: Services, call: Call) -> Json:
    """UpdateEndpoint: what serves goes on until the new containers answer."""
    found = kinds.find(services, ENDPOINT, call)
    checks.not_done(call.request, "", "DeploymentConfig", "RetainAllVariantProperties", "RetainDeploymentConfig")
    deployment = _deployment(services, call)

    def step(current: Resource) -> Resource:
        _check_settled(current)
        if current.status == "Failed":  # its documentation: DeleteEndpoint is all that can be done with it
            raise ValidationException(f'Cannot update failed endpoint "{current.arn}".')
        return replace(current.with_(**{COMING: deployment}), status="Updating")

    updated = services.store.change(call.region, ENDPOINT.members, found.name, step)
    if updated is None:
        raise ENDPOINT.missing(call)
    services.endpoints.deploy(updated)
    return {"EndpointArn": updated.arn}


def delete(services: Services, call: Call) -> Json:
    """DeleteEndpoint: ends its process."""
    with services.store.atomically():
        found = kinds.find(services, ENDPOINT, call)
        _check_settled(found)
        services.store.delete(found)
    services.endpoints.remove(found.arn)
    return {}


def _check_settled(endpoint: Resource) -> None:
    if endpoint.status in _IN_PROGRESS:
        raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')


def _deployment(services: Services, call: Call) -> Json:
    """Return what to deploy: the configuration's variant and the containers of its model."""
    config = kinds.find(services, ENDPOINT_CONFIG, call)
    variant = config.computed["ProductionVariants"][0]
    checks.instances("endpoint", variant["InstanceType"], variant["InitialInstanceCount"])
    model = models.deployable(services, call.region, variant["ModelName"], "An endpoint")
    return {
        "EndpointConfigName": config.name,
        "Variant": variant,
        "Containers": model["Containers"],
        "StartTime": now(),
    }
