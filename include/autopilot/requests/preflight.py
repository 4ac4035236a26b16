"""What can be asked of AWS for free before a run's first paid job: whether everything the requests name is there.

An answer that AWS does not give (no permission to ask, another account) is ``unknown`` and stops nothing; a thing that
is certainly missing stops the run. Drops, classes and the featurizer model were checked when the plan was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.errors import MissingObjectError, PreflightError
from include.autopilot.lenient import at, items_at, number_at, text_at
from include.autopilot.objects import exists, list_uris
from include.autopilot.requests.preview import Foretold

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ECR = re.compile(r"^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")
_ROLE = re.compile(r"^arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([^/]+)$")
# How Service Quotas names what limits the instances of one type.
_QUOTAS = {"TrainingJob": "{} for training job usage", "TransformJob": "{} for transform job usage"}
_SPOT_QUOTA = "{} for spot training job usage"
_RESOURCES = {"TrainingJob": "ResourceConfig", "TransformJob": "TransformResources"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``result`` is ok, unknown or missing."""

    what: str
    result: str
    detail: str = ""


@dataclass(frozen=True)
class Account:
    """The services that are asked, besides S3.

    :param region: where the jobs run.
    """

    region: str
    iam: Any
    sts: Any
    quotas: Any


def check_requests(s3: S3Client, account: Account, foretold: Sequence[Foretold], made_here: str) -> list[Check]:
    """Look at everything that the requests name.

    :param made_here: the run's own folder: what is below it will be made by the run itself.
    :raises PreflightError: something is missing; the message lists all of it.
    """
    found = [
        *_images(foretold, account.region),
        *_artifacts(s3, foretold, made_here),
        *_roles(account, foretold),
        *_quotas(account, foretold),
    ]
    missing = [check for check in found if check.result == "missing"]
    if missing:
        listed = "\n".join(f"{one.what}: {one.detail}" for one in missing)
        raise PreflightError(f"No job was started, because these are missing:\n{listed}")
    return found


def _images(foretold: Sequence[Foretold], region: str) -> Iterator[Check]:
    images = [text_at(one.request, "AlgorithmSpecification", "TrainingImage") for one in foretold]
    images += [text_at(container, "Image") for one in foretold for container in _containers(one)]
    for image in dict.fromkeys(images):
        match = _ECR.match(image or "")
        if image is None:
            continue
        if match is None:
            yield Check(f"image {image}", "unknown", "its registry does not tell a region")
        elif match[1] != region:
            detail = f"it is in {match[1]} and the jobs run in {region}; search again in {region}"
            yield Check(f"image {image}", "missing", detail)
        else:
            yield Check(f"image {image}", "ok")


def _artifacts(s3: S3Client, foretold: Sequence[Foretold], made_here: str) -> Iterator[Check]:
    urls = [text_at(container, "ModelDataUrl") for one in foretold for container in _containers(one)]
    for url in dict.fromkeys(url for url in urls if url and not url.startswith(f"{made_here}/")):
        yield _asked(f"artifact {url}", partial(_artifact, s3, url))
    for one in foretold:
        for channel in items_at(one.request, "InputDataConfig"):
            uri = text_at(channel, "DataSource", "S3DataSource", "S3Uri")
            if text_at(channel, "ChannelName") == "code" and uri and one.kind == "TrainingJob":
                yield _asked(f"code {uri}", partial(_code, s3, uri))


def _artifact(s3: S3Client, url: str) -> Check:
    there = exists(s3, url)
    detail = "" if there else "it was deleted; restore it or search again"
    return Check(f"artifact {url}", "ok" if there else "missing", detail)


def _code(s3: S3Client, uri: str) -> Check:
    try:
        there = bool(list_uris(s3, uri))
    except MissingObjectError:
        there = False
    detail = "" if there else "Autopilot's generated code was deleted; restore it or reuse the featurizer"
    return Check(f"code {uri}", "ok" if there else "missing", detail)


def _roles(account: Account, foretold: Sequence[Foretold]) -> Iterator[Check]:
    roles = [text_at(one.request, member) for one in foretold for member in ("RoleArn", "ExecutionRoleArn")]
    for role in dict.fromkeys(role for role in roles if role):
        yield _asked(f"role {role}", partial(_role, account, role))


def _role(account: Account, arn: str) -> Check:
    match = _ROLE.match(arn)
    if match is None:
        return Check(f"role {arn}", "missing", "this is not the ARN of a role")
    try:
        account.iam.get_role(RoleName=match[2])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        owner = account.sts.get_caller_identity()["Account"]
        if owner != match[1]:
            return Check(f"role {arn}", "unknown", f"it belongs to account {match[1]}, asked was {owner}")
        return Check(f"role {arn}", "missing", "there is no such role; create it, or search again with another one")
    return Check(f"role {arn}", "ok")


def _quotas(account: Account, foretold: Sequence[Foretold]) -> Iterator[Check]:
    wanted: dict[str, int] = {}
    for one in foretold:
        resources = at(one.request, _RESOURCES.get(one.kind, ""))
        instance = text_at(resources, "InstanceType")
        if instance is not None:
            name = _SPOT_QUOTA if one.request.get("EnableManagedSpotTraining") else _QUOTAS[one.kind]
            count = int(number_at(resources, "InstanceCount") or 1)
            wanted[name.format(instance)] = max(count, wanted.get(name.format(instance), 0))
    if not wanted:
        return
    known: dict[str, float] = {}
    asked = _asked("quotas", partial(_read_quotas, account, known))
    if asked.result == "unknown":
        yield asked
        return
    for name, count in wanted.items():
        limit = known.get(name)
        if limit is None:
            yield Check(f"quota {name}", "unknown", "Service Quotas does not list it")
        else:
            detail = f"{limit:g} of {count} needed; raise it in Service Quotas or choose another instance type"
            yield Check(f"quota {name}", "ok" if limit >= count else "missing", "" if limit >= count else detail)


def _read_quotas(account: Account, known: dict[str, float]) -> Check:
    for page in account.quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker"):
        known.update({quota["QuotaName"]: quota["Value"] for quota in page["Quotas"]})
    return Check("quotas", "ok")


def _asked(what: str, ask: Callable[[], Check]) -> Check:
    """Return the answer; where AWS gives none, that it is unknown and why."""
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        return Check(what, "unknown", str(error))


def _containers(one: Foretold) -> Iterable[Any]:
    if one.kind != "Model":
        return ()
    primary = one.request.get("PrimaryContainer")
    return [primary] if primary else one.request.get("Containers", [])
