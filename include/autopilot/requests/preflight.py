"""What can be asked of AWS for free before a run's first paid job: whether everything the requests name is there.

An answer that AWS does not give (no permission to ask, another account, no way to it) is ``unknown`` and stops nothing;
a thing that is certainly missing stops the run. Drops, classes and the featurizer model were checked when the plan was
made.
"""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.errors import MissingObjectError, PreflightError
from include.autopilot.base.lenient import at, items_at, number_at, text_at
from include.autopilot.base.masking import masked
from include.autopilot.requests.asking import Check, Question, answer, answers
from include.autopilot.requests.outputcheck import outputs
from include.autopilot.requests.preview import SECOND, Foretold
from include.autopilot.s3.objects import exists, list_uris

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_ECR = re.compile(r"^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")
_ROLE = re.compile(r"^arn:aws[a-z-]*:iam::([0-9]{12}):role/(?:.*/)?([^/]+)$")
# How Service Quotas names what limits the instances of one type.
_QUOTAS = {"TrainingJob": "{} for training job usage", "TransformJob": "{} for transform job usage"}
_SPOT_QUOTA = "{} for spot training job usage"
_QUOTAS_A_PAGE = 100
_SAGEMAKER = "sagemaker.amazonaws.com"
# Roles that are looked at for a message, and those that it names.
_MOST_ROLES, _SHOWN = 1000, 5
_RESOURCES = {"TrainingJob": "ResourceConfig", "TransformJob": "TransformResources"}


@dataclass(frozen=True)
class Account:
    """The services that are asked, besides S3; where one cannot be reached, its answers are unknown.

    :param region: where the jobs run.
    """

    region: str
    iam: Any
    sts: Any
    quotas: Any


@dataclass(frozen=True)
class _Needed:
    """What a run needs of one quota: ``alone`` one job at most, ``beside`` those that it has at once.

    A job waits where others use the quota up, so less than ``beside`` takes longer; less than ``alone`` never fits.
    ``step`` is the one that needs most.
    """

    alone: int
    beside: int
    step: str


def check_requests(
    s3: S3Client, account: Account, foretold: Sequence[Foretold], made_here: str, sse: str | None = None
) -> list[Check]:
    """Look at everything that the requests name.

    :param made_here: the run's own folder: what is below it, or where a training writes, the run will make itself.
    :param sse: how the model's YAML lets objects be encrypted.
    :raises PreflightError: something is missing; the message lists all of it.
    """
    found = [
        *_images(foretold, account.region),
        *_artifacts(s3, foretold, made_here),
        *answers([*outputs(s3, foretold, made_here, sse), *_roles(account, foretold), *_quotas(account, foretold)]),
    ]
    missing = [check for check in found if check.result == "missing"]
    if missing:
        listed = "\n".join(f"{one.what}: {one.detail}" for one in missing)
        raise PreflightError(f"No job was started, because these are missing:\n{listed}")
    return found


def logged(found: Sequence[Check]) -> list[Check]:
    """Log what was found, and return it without its secrets."""
    checks = [replace(one, what=masked(one.what), detail=masked(one.detail)) for one in found]
    for check in checks:
        log.info("%-7s %s%s", check.result, check.what, f": {check.detail}" if check.detail else "")
    return checks


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
    trained = [
        text_at(one.request, "OutputDataConfig", "S3OutputPath") for one in foretold if one.kind == "TrainingJob"
    ]
    made = tuple(f"{folder}/" for folder in (made_here, *trained) if folder)
    for url in dict.fromkeys(url for url in urls if url and not url.startswith(made)):
        yield from answer(Question(f"artifact {url}", partial(_artifact, s3, url)))
    for one in foretold:
        for channel in items_at(one.request, "InputDataConfig"):
            uri = text_at(channel, "DataSource", "S3DataSource", "S3Uri")
            if text_at(channel, "ChannelName") == "code" and uri and one.kind == "TrainingJob":
                yield from answer(Question(f"code {uri}", partial(_code, s3, uri)))


def _artifact(s3: S3Client, url: str) -> list[Check]:
    there = exists(s3, url)
    detail = "" if there else "it was deleted; restore it or search again"
    return [Check(f"artifact {url}", "ok" if there else "missing", detail)]


def _code(s3: S3Client, uri: str) -> list[Check]:
    try:
        there = bool(list_uris(s3, uri))
    except MissingObjectError:
        there = False
    detail = "" if there else "Autopilot's generated code was deleted; restore it or reuse the featurizer"
    return [Check(f"code {uri}", "ok" if there else "missing", detail)]


def _roles(account: Account, foretold: Sequence[Foretold]) -> Iterator[Question]:
    roles = [text_at(one.request, member) for one in foretold for member in ("RoleArn", "ExecutionRoleArn")]
    for role in dict.fromkeys(role for role in roles if role):
        yield Question(f"role {role}", partial(_role, account, role))


def _role(account: Account, arn: str) -> list[Check]:
    match = _ROLE.match(arn)
    if match is None:
        return [Check(f"role {arn}", "missing", "this is not the ARN of a role")]
    try:
        role = account.iam.get_role(RoleName=match[2])["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        owner = account.sts.get_caller_identity()["Account"]
        if owner != match[1]:
            return [Check(f"role {arn}", "unknown", f"it belongs to account {match[1]}, asked was {owner}")]
        detail = f"there is no such role; create it, or search again with another one{_others(account)}"
        return [Check(f"role {arn}", "missing", detail)]
    if not _lets_sagemaker(role):
        detail = f"its trust policy does not let {_SAGEMAKER} assume it; allow that{_others(account)}"
        return [Check(f"role {arn}", "missing", detail)]
    return [Check(f"role {arn}", "ok")]


def _others(account: Account) -> str:
    """Return which roles there are for it, for a message; nothing where they may not be listed."""
    try:
        roles = account.iam.list_roles(MaxItems=_MOST_ROLES)["Roles"]
    except (ClientError, BotoCoreError):
        return ""
    fit = [str(role["Arn"]) for role in roles if _lets_sagemaker(role)]
    more = ", ..." if len(fit) > _SHOWN else ""
    return f". SageMaker can assume: {', '.join(fit[:_SHOWN])}{more}" if fit else ""


def _lets_sagemaker(role: Mapping[str, Any]) -> bool:
    """Whether a role's trust policy speaks of SageMaker at all; what it says under which condition is not judged."""
    trust = json.dumps(role.get("AssumeRolePolicyDocument"))
    return _SAGEMAKER in trust or '"*"' in trust


def _quotas(account: Account, foretold: Sequence[Foretold]) -> Iterator[Question]:
    steps: dict[str, dict[str, int]] = defaultdict(dict)
    for one in foretold:
        kind, work = one.work
        resources = at(work, _RESOURCES.get(kind, ""))
        instance = text_at(resources, "InstanceType")
        if instance is not None:
            name = _SPOT_QUOTA if work.get("EnableManagedSpotTraining") else _QUOTAS[kind]
            counts, count = steps[name.format(instance)], int(number_at(resources, "InstanceCount") or 1) * one.at_once
            counts[one.step] = max(count, counts.get(one.step, 0))
    if steps:
        yield Question("quotas", partial(_limits, account, {name: _needed(counts) for name, counts in steps.items()}))


def _needed(steps: Mapping[str, int]) -> _Needed:
    """Return what steps with so many instances need of one quota."""
    beside = max(count + sum(steps.get(other, 0) for other in _beside(step)) for step, count in steps.items())
    most = max(steps, key=lambda step: steps[step])
    return _Needed(steps[most], beside, most)


def _beside(step: str) -> Iterator[str]:
    """Yield which other steps run beside one."""
    if step in SECOND:
        yield SECOND[step]
    if step == "train":
        yield "retune"


def _limits(account: Account, wanted: Mapping[str, _Needed]) -> list[Check]:
    """Compare with the account's own quotas; one that Service Quotas does not list there has AWS's default."""
    known: dict[str, tuple[float | None, str]] = {}
    _read_quotas(account, "list_service_quotas", "", wanted, known)
    if not wanted.keys() <= known.keys():
        try:
            _read_quotas(account, "list_aws_default_service_quotas", "AWS's default, ", wanted, known)
        except (ClientError, BotoCoreError) as error:
            known = dict.fromkeys(wanted, (None, str(error))) | known
    unlisted = (None, "Service Quotas does not list it")
    return [_limit(name, needed, *known.get(name, unlisted)) for name, needed in wanted.items()]


def _read_quotas(
    account: Account,
    operation: str,
    whose: str,
    wanted: Mapping[str, _Needed],
    known: dict[str, tuple[float | None, str]],
) -> None:
    """Add quotas until those that are wanted are known; SageMaker has thousands."""
    pages = account.quotas.get_paginator(operation).paginate(
        ServiceCode="sagemaker", PaginationConfig={"PageSize": _QUOTAS_A_PAGE}
    )
    for page in pages:
        for quota in page["Quotas"]:
            known.setdefault(quota["QuotaName"], (quota["Value"], whose))
        if wanted.keys() <= known.keys():
            return


def _limit(name: str, needed: _Needed, limit: float | None, told: str) -> Check:
    """Judge one quota; ``told`` is whose it is, or why it is not known."""
    if limit is None:
        return Check(f"quota {name}", "unknown", told)
    if limit >= needed.beside:
        return Check(f"quota {name}", "ok")
    if limit >= needed.alone:
        detail = f"{told}{limit:g} of the {needed.beside} that jobs take at once: one waits for the other"
        return Check(f"quota {name}", "ok", detail)
    fewer = ", or let fewer run at a time (retune.parallel in the model's YAML)" if needed.step == "retune" else ""
    detail = (
        f"{told}{limit:g} of {needed.alone} needed; raise it in Service Quotas or choose another instance type{fewer}"
    )
    return Check(f"quota {name}", "missing", detail)


def _containers(one: Foretold) -> Iterable[Any]:
    if one.kind != "Model":
        return ()
    primary = one.request.get("PrimaryContainer")
    return [primary] if primary else one.request.get("Containers", [])
