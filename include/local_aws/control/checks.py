"""Checks that more than one Create operation makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from include.local_aws.errors import NotDone, ResourceLimitExceeded, ValidationException
from include.local_aws.runner.s3 import BadUri, location
from include.local_aws.runtimes import UnknownImage, container_for

# One machine is one instance; AWS's quotas of a new account are no larger for most types. What can be divided is that
# many processes: a script of the user's, which is told that it is one of several, and the objects of a batch transform.
INSTANCES = 1
INSTANCES_OF_DIVISIBLE = 4
# A "d" behind the generation names the disk; the other families have one without saying so.
_LOCAL_STORAGE = re.compile(
    r"ml\.(?:dl1|[a-z]+\d+[a-z]*d[a-z]*|g5|g6[ef]?|gr6f?|g7e|p5(?:e|en)?|p6e?|trn1n?|trn2[nu]?|[di]\d\w*)[.-]"
)


def instances(usage: str, instance_type: str, count: int, *, divisible: bool = False) -> None:
    """Raise AWS's quota error for more instances than there are; ``usage`` is e.g. ``training job``.

    ``divisible``: the job runs a script of the user's, or is a batch transform.
    """
    if count < 1:
        raise ValidationException(f"Instance count must be at least 1, not {count}.")
    quota = INSTANCES_OF_DIVISIBLE if divisible else INSTANCES
    if count > quota:
        raise quota_exceeded(usage, instance_type, used=0, wanted=count, quota=quota)


def quota_exceeded(
    usage: str, instance_type: str, *, used: int, wanted: int, quota: int = INSTANCES
) -> ResourceLimitExceeded:
    """Return AWS's error for ``wanted`` more instances than the quota leaves when ``used`` are in use."""
    return ResourceLimitExceeded(
        f"The account-level service limit '{instance_type} for {usage} usage' is {quota} Instances, with "
        f"current utilization of {used} Instances and a request delta of {wanted} Instances. Please use AWS Service "
        "Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support "
        "to request an increase for this quota."
    )


def volume_key(instance_type: str, key: str | None, member: str) -> None:
    """Refuse a key for the volume of an instance type with local storage, as AWS does; in words of our own."""
    if key and _LOCAL_STORAGE.match(instance_type):
        raise ValidationException(
            f"{member} is not supported for the instance type {instance_type}: it uses local storage, which is "
            "encrypted by a hardware module on the instance."
        )


def known_image(image: str) -> None:
    """Raise :class:`ValidationException` for an image that has no runtime here."""
    try:
        container_for(image)
    except UnknownImage as error:
        raise ValidationException(f"Requested image {image} not found: {error}") from error


def s3_uri(uri: str, member: str) -> None:
    """Raise :class:`ValidationException` unless ``uri`` is an ``s3://`` address."""
    try:
        location(uri)
    except BadUri as error:
        raise ValidationException(f"Invalid S3 URI at '{member}': {error}.") from error


def s3_source(source: Mapping[str, Any], member: str) -> None:
    """Check an S3DataSource; kinds of source other than S3Prefix and ManifestFile are not done."""
    if source["S3DataType"] not in {"S3Prefix", "ManifestFile"}:
        raise NotDone(f"S3DataType {source['S3DataType']} at '{member}'")
    s3_uri(source["S3Uri"], member)


def required(request: Mapping[str, Any], *members: str) -> None:
    """Raise AWS's error for members the model leaves optional and the service does not."""
    missing = [name for name in members if name not in request]
    if missing:
        told = "; ".join(
            f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
            for name in missing
        )
        noun = "error" if len(missing) == 1 else "errors"
        raise ValidationException(f"{len(missing)} validation {noun} detected: {told}")


def not_done(request: Mapping[str, Any], place: str, *members: str) -> None:
    """Raise :class:`NotDone` for members that would change what the job does and are not implemented."""
    for name in members:
        if request.get(name):
            raise NotDone(f"{place}.{name}" if place else name)
