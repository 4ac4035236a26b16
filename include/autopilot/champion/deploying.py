"""Requests that let an endpoint serve the champion. The endpoint has the name of the model's group, for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.autopilot.base.names import job_name
from include.autopilot.candidate.tags import MODEL_TAG
from include.autopilot.champion.registry import group_name
from include.autopilot.champion.serving import ServingChampion, find_champion
from include.autopilot.requests.encrypted import encrypted
from include.autopilot.requests.replay import finished, transform_settings
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.score import EndpointConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.validation import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

VARIANT = "champion"


def deploy_requests(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Return the requests for the champion as it is now, in the order in which they are sent.

    :return: the requests ``model``, ``endpoint_config`` and ``endpoint``, and the champion's ``version``, ``arn`` and
        ``source`` of its rows.
    :raises RegistryError: there is no champion yet.
    """
    champion = find_champion(s3, sagemaker, config)
    serving = champion.serving
    settings = _config_request(config, champion)
    return {
        "model": serving.model,
        "endpoint_config": settings,
        "endpoint": _endpoint_request(config, settings["EndpointConfigName"]),
        "version": serving.version,
        "arn": serving.arn,
        "source": champion.plan.source,
    }


def _config_request(config: ModelConfig, champion: ServingChampion) -> Request:
    """Return the CreateEndpointConfig request; its name tells model and instances apart, so it is made once."""
    place, model = config.endpoint or EndpointConfig(), champion.serving.model["ModelName"]
    request: Request = {
        "ProductionVariants": [
            {
                "VariantName": VARIANT,
                "ModelName": model,
                "InstanceType": place.instance_type,
                "InitialInstanceCount": place.instance_count,
                "InitialVariantWeight": 1.0,
            }
        ],
    }
    transform = transform_settings(champion.template)
    key = transform["TransformResources"].get("VolumeKmsKeyId")
    if key:
        request["KmsKeyId"] = key
    if "Tags" in transform:
        request["Tags"] = transform["Tags"]
    request = encrypted("EndpointConfig", request, config.kms_key)
    named = [model, place.instance_type, str(place.instance_count)]
    if request.get("KmsKeyId") != key:
        # A configuration cannot be changed: another key is another one.
        named.append(request["KmsKeyId"])
    request["EndpointConfigName"] = job_name(config.name, "serve", champion.serving.cutoff, *named)
    return finished("EndpointConfig", request, champion.template, config.kms_key)


def _endpoint_request(config: ModelConfig, endpoint_config: str) -> Request:
    """Return the CreateEndpoint request; its tag tells later deployments that the endpoint is this model's."""
    return check(
        "Endpoint",
        {
            "EndpointName": group_name(config.name),
            "EndpointConfigName": endpoint_config,
            "Tags": [{"Key": MODEL_TAG, "Value": config.name}],
        },
    )
