"""A deployment, step by step: prepare -> (create champion) -> (configure) -> (update endpoint)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.base.locations import Locations
from include.autopilot.champion.deploying import deploy_requests
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def prepare(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, key: str) -> dict[str, Any]:
    """Write the requests that let the endpoint serve the champion as it is now.

    :param key: the run's name in S3.
    :return: ``requests`` (their address), and the champion's ``version``, ``arn`` and ``source`` of
        its rows.
    :raises RegistryError: there is no champion yet.
    """
    found = deploy_requests(s3, sagemaker, config)
    log.info("version %s goes to endpoint %s", found["version"], found["endpoint"]["EndpointName"])
    uri = write_json(s3, Locations(config.root).run(key).deployment, found)
    return {"requests": uri, "version": found["version"], "arn": found["arn"], "source": found["source"]}


def request(s3: S3Client, run: Mapping[str, Any], part: str) -> Request:
    """Return one of the requests that were written: a champion that changed meanwhile is the next run's.

    :param part: ``model``, ``endpoint_config`` or ``endpoint``.
    """
    found: Request = read_json(s3, run["requests"])[part]
    return found
