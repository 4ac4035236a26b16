"""Is this job what the request asks for? Its tag says so, and anybody can write a tag: what Describe says decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_sagemaker_once.kinds import AUTOML, Description, JobKind

# What Describe gives back otherwise than Create was given it: tags not at all; the metric definitions of Amazon's own
# images as built in.
_NOT_COMPARED = frozenset({"Tags", "MetricDefinitions", "ClientRequestToken", "ModelDeployConfig"})
_FREE_MAPS = ("HyperParameters", "Environment")
# What a request means that leaves one of these out.
_LEFT_OUT: Mapping[str, Any] = {
    "HyperParameters": {},
    "Environment": {},
    "EnableManagedSpotTraining": False,
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
}
_UNORDERED = frozenset({"SecurityGroupIds", "Subnets"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """One member in which a job is not what a request asks for, e.g. ``HyperParameters.num_round``."""

    member: str
    asked: Any
    told: Any


def differences(client: Any, kind: JobKind, request: Mapping[str, Any], described: Description) -> list[Difference]:
    """Compare every value of a request that Describe tells; what Describe adds, such as defaults, does not count.

    :param described: what Describe says of the job.
    """
    told = _as_asked(client, kind, request, described)
    asked = {member: value for member, value in request.items() if member != kind.name_member}
    for member, left_out in _LEFT_OUT.items():
        if member in told:
            asked.setdefault(member, left_out)
    return list(_differences(asked, told, ""))


def _as_asked(client: Any, kind: JobKind, request: Mapping[str, Any], described: Description) -> Description:
    """Give the description in the words of the request: V2 describes a search of the first version in others."""
    from botocore.exceptions import ClientError

    if kind is not AUTOML or kind.create_stem(request):
        return described
    try:
        first: Description = client.describe_auto_ml_job(AutoMLJobName=described[kind.name_member])
    except ClientError:  # made with the second version, or this may not be asked: what both have is compared
        return described
    return first


def _differences(asked: Any, told: Any, place: str) -> Iterator[Difference]:
    member = place.rpartition(".")[2]
    if member in _NOT_COMPARED or (asked in _NOTHING and told in _NOTHING):
        return
    if isinstance(asked, Mapping) and isinstance(told, Mapping):
        if member in _FREE_MAPS:
            yield from _free(asked, told, place)
            return
        for name in sorted(asked.keys() & told.keys()):
            yield from _differences(asked[name], told[name], f"{place}.{name}" if place else name)
    elif _is_list(asked) and _is_list(told) and len(asked) == len(told) and member not in _UNORDERED:
        for number, (one, other) in enumerate(zip(asked, told, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif not _same(member, asked, told):
        yield Difference(place, asked, told)


def _free(asked: Mapping[str, Any], told: Mapping[str, Any], place: str) -> Iterator[Difference]:
    """Compare maps whose names are the user's: one that is on one side only is a difference."""
    for name in sorted({*asked, *told}):
        if asked.get(name) != told.get(name):
            yield Difference(f"{place}.{name}", asked.get(name), told.get(name))


def _same(member: str, asked: Any, told: Any) -> bool:
    if member in _UNORDERED:
        return sorted(asked) == sorted(told)
    if not (isinstance(asked, str) and isinstance(told, str)):
        return bool(asked == told)
    if member.endswith("KmsKeyId"):
        return _same_key(asked, told)
    return asked.rstrip("/") == told.rstrip("/") if asked.startswith("s3://") else asked == told


def _same_key(asked: str, told: str) -> bool:
    """Whether two texts may name one key: an id is the end of its ARN; of which key an alias is, nobody tells here."""
    if ("alias/" in asked) != ("alias/" in told):
        return True
    return asked.rpartition("/")[2] == told.rpartition("/")[2]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
