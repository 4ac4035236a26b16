"""AddTags, ListTags, DeleteTags."""

from __future__ import annotations

from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import PACKAGE
from include.local_aws.errors import ResourceLimitExceeded, ValidationException

_MOST_TAGS = 50
# As CreateModelPackage says it; that AddTags says the same is a guess.
VERSIONS_HAVE_NO_TAGS = "Tags are not supported in Model Package versions. Please add them to the Model Package Group"


def add(services: Services, call: Call) -> Json:
    """AddTags; answers all tags of the resource."""
    arn, tags = _taggable(services, call), call.request["Tags"]
    check([tag["Key"] for tag in tags])
    if len(services.store.tags(arn).keys() | {tag["Key"] for tag in tags}) > _MOST_TAGS:
        raise ResourceLimitExceeded(f"A resource can have at most {_MOST_TAGS} tags.")
    services.store.add_tags(arn, tags)
    return {"Tags": _told(services, arn)}


def list_(services: Services, call: Call) -> Json:
    """ListTags; a resource's tags always fit on one page, whose least size is their greatest number."""
    return {"Tags": _told(services, _arn(services, call))}


def delete(services: Services, call: Call) -> Json:
    """DeleteTags."""
    services.store.remove_tags(_taggable(services, call), call.request["TagKeys"])
    return {}


def check(keys: list[str]) -> None:
    """Raise AWS's error for tag keys that AWS keeps for itself or that are given twice."""
    if any(key.lower().startswith("aws:") for key in keys):
        raise ValidationException("aws: prefixed tag key names are not allowed for external use.")
    if len(set(keys)) < len(keys):
        raise ValidationException("Duplicate tag keys found.")


def _told(services: Services, arn: str) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in services.store.tags(arn).items()]


def _taggable(services: Services, call: Call) -> str:
    arn = _arn(services, call)
    if f":{PACKAGE.arn_part}/" in arn:
        raise ValidationException(VERSIONS_HAVE_NO_TAGS)
    return arn


def _arn(services: Services, call: Call) -> str:
    arn: str = call.request["ResourceArn"]
    if services.store.by_arn(arn) is None:
        raise ValidationException(f"Could not find resource {arn}.")
    return arn
