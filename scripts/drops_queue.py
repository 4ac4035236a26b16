"""The queues that S3 tells of new drops, in the embedded AWS: for every model whose YAML wants to hear of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import boto3

from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.settings.config import ModelConfig


def make_queues(endpoint: str, models: Iterable[ModelConfig]) -> list[str]:
    """Make the queues and let the buckets tell them; gives a sentence per model.

    The embedded AWS forgets queues when it stops, so this is done at every start. A bucket has one setting for all its
    prefixes, so what other models want of the same bucket is set in the same call.
    """
    s3: Any = boto3.client("s3", endpoint_url=endpoint)
    sqs: Any = boto3.client("sqs", endpoint_url=endpoint)
    settings: dict[str, list[dict[str, Any]]] = {}
    told = []
    for model in models:
        if model.trigger == "schedule" or model.drops_queue_url is None:
            continue
        queue = sqs.create_queue(QueueName=model.drops_queue_url.rpartition("/")[2])["QueueUrl"]
        bucket, key = parse_uri(Locations(model.root).drops)
        settings.setdefault(bucket, []).append(_setting(model.name, key, _arn(sqs, queue)))
        told.append(f"{model.name}: new objects under {Locations(model.root).drops}/ start a retraining")
    for bucket, configurations in settings.items():
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": configurations}
        )
    return told


def _arn(sqs: Any, queue: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    return str(attributes["QueueArn"])


def _setting(name: str, key: str, queue_arn: str) -> dict[str, Any]:
    rules = [{"Name": "prefix", "Value": f"{key}/"}]
    return {
        "Id": f"{name}-drops",
        "QueueArn": queue_arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
