"""What a bucket may be asked to tell: objects that appear or go, to SQS queues that exist.

moto sends the events; here a setting is refused that moto would take and then not honour.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from include.local_aws.account import ACCOUNT

_DESTINATIONS = ("TopicConfiguration", "CloudFunctionConfiguration", "EventBridgeConfiguration")
_EVENTS = ("s3:ObjectCreated:", "s3:ObjectRemoved:")


def refusal(body: bytes) -> tuple[str, str] | None:
    """Why a PutBucketNotificationConfiguration is not done: an error's code and message, or None.

    :param body: the request's XML; what is no XML is left to moto, which says so.
    """
    try:
        configuration = ElementTree.fromstring(body)  # noqa: S314 - the signed-in caller's own request on loopback
    except ElementTree.ParseError:
        return None
    for element in configuration.iter():
        name, text = _name(element), element.text or ""
        if name in _DESTINATIONS:
            return "NotImplemented", f"{name} is not done by the embedded AWS endpoint: it tells SQS queues only."
        if name == "Event" and not text.startswith(_EVENTS):
            return "NotImplemented", f"The event {text} is not done by the embedded AWS endpoint; docs/local.md."
        if name == "Queue" and not _queue_exists(text):
            return "InvalidArgument", f"Unable to validate the following destination configurations: {text}"
    return None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _queue_exists(arn: str) -> bool:
    from moto.sqs.models import sqs_backends

    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs" or parts[4] != ACCOUNT:  # arn:aws:sqs:<region>:<account>:<name>
        return False
    queues: dict[str, Any] = sqs_backends[ACCOUNT][parts[3]].queues
    return parts[5] in queues
