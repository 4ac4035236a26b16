"""One request to an algorithm's container: how large it may be, and how its answer is to be encoded."""

from __future__ import annotations

import os
from collections.abc import Mapping

from include.local_aws.runtimes import ClientError

_MIB = 1024 * 1024
# The containers' own limits: 6 MB unless MAX_CONTENT_LENGTH says otherwise, and never above 20 MB.
_PAYLOAD, _LARGEST_PAYLOAD = 6 * _MIB, 20 * _MIB


def execution_parameters(environment: Mapping[str, str]) -> dict[str, object]:
    """Answer as many transforms at a time as there are cores, several records a request, and the payload limit."""
    return {
        "MaxConcurrentTransforms": os.cpu_count() or 1,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": _payload_limit(environment) // _MIB,
    }


def check_size(body: bytes, environment: Mapping[str, str]) -> None:
    """Check the size of a request.

    :raises ClientError: it is larger than MAX_CONTENT_LENGTH, or there is nothing in it.
    """
    limit = _payload_limit(environment)
    if len(body) > limit:
        raise ClientError(f"the request has {len(body)} bytes, MAX_CONTENT_LENGTH is {limit}")
    if not body.strip():
        raise ClientError("the request has no content")


def wanted_type(accept: str | None, environment: Mapping[str, str], default: str = "text/csv") -> str:
    """Return the type to answer in: the request's, else the container's own, else the algorithm's."""
    if accept in (None, "", "*/*"):
        return environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", default)
    return str(accept)


def in_batch(environment: Mapping[str, str]) -> bool:
    """Say whether the container serves a batch transform."""
    return environment.get("SAGEMAKER_BATCH", "").lower() == "true"


def _payload_limit(environment: Mapping[str, str]) -> int:
    return min(int(environment.get("MAX_CONTENT_LENGTH", _PAYLOAD)), _LARGEST_PAYLOAD)
