"""Describe, then adopt, reuse or create: a retry never pays for a second job.

The name is the same in every try of a run, as the request says it, so whoever comes second finds what the first one
started. Nothing is remembered between tries: Airflow 3 clears a task's XCom before every try.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow_sagemaker_once.errors import NameTaken, RequestRefused
from airflow_sagemaker_once.kinds import LIVE, MODEL, Description, JobKind
from airflow_sagemaker_once.owner import TAG_PREFIX, proof, tags_of
from airflow_sagemaker_once.resemblance import Difference, differences

DIGEST_TAG = f"{TAG_PREFIX}request"
# SageMaker answers "no such resource" with ValidationException for jobs and models, and uses that code for malformed
# requests too: only code and message together tell. AutoML jobs have ResourceNotFound, which means nothing else.
_ABSENT = re.compile(r"could not find|does not exist|not found|unable to describe", re.IGNORECASE)
_EXISTS = re.compile(r"already exist|must be unique|already in use", re.IGNORECASE)
# Describe gives the built-in metric definitions of Amazon's own images, Create refuses them for these images.
_METRICS_REFUSED = re.compile(r"override the metric definitions", re.IGNORECASE)
_REFUSALS = frozenset({"ValidationException", "AccessDeniedException", "AccessDenied", "UnrecognizedClientException"})
_MOST_TOLD = 5
Mask = Callable[[Any], Any]
# botocore's report of a value of the wrong type shows the value, whatever it is.
_WRONG_TYPE = re.compile(r"(parameter (?:[^,]*\.)?([^,.]*), value: )(.*)(, type: )")


@dataclass(frozen=True)
class Submission:
    """A job that exists now.

    :param name: its name in SageMaker.
    :param description: what Describe said last; of a job just created, what its creation tells.
    :param action: ``created`` by this try, ``adopted`` while running, or ``reused`` because it had finished.
    :param owned: whether this task instance made it, now or in an earlier try; only owned jobs may be stopped.
    """

    name: str
    description: Description
    action: str
    owned: bool


def request_digest(kind: JobKind, request: Mapping[str, Any]) -> str:
    """Give a hash (64 hex digits) of what the request asks for, leaving out name and tags."""
    asked = {key: value for key, value in request.items() if key not in (kind.name_member, "Tags")}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def find(client: Any, kind: JobKind, name: str) -> Description | None:
    """Describe a resource, or None if there is no such name; any other error is raised, never read as absence."""
    from botocore.exceptions import ClientError

    try:
        return kind.describe(client, name)
    except ClientError as error:
        if is_absent(error):
            return None
        raise


def is_absent(error: Any) -> bool:
    """Whether botocore's ClientError says that the resource does not exist."""
    details = error.response["Error"]
    if details["Code"] in ("ResourceNotFound", "ResourceNotFoundException"):
        return True
    return details["Code"] == "ValidationException" and bool(_ABSENT.search(details["Message"]))


def already_exists(error: Any) -> bool:
    """Whether botocore's ClientError says that the name is in use."""
    details = error.response["Error"]
    return details["Code"] == "ResourceInUse" or bool(
        details["Code"] == "ValidationException" and _EXISTS.search(details["Message"])
    )


def submit(
    client: Any,
    kind: JobKind,
    request: Mapping[str, Any],
    owner: Mapping[str, str],
    equivalents: Sequence[Mapping[str, Any]] = (),
    *,
    prepare: Callable[[], None] = lambda: None,
    mask: Mask = lambda value: value,
) -> Submission:
    """Make sure the requested job exists exactly once.

    Running -> adopt it; Completed -> reuse it; Failed or Stopped -> the next name ``<name>-r1``, ``-r2`` …; somebody
    else was faster -> adopt theirs. Adopted and reused is only what is the job that was asked for, by its tag and by
    what Describe says of it.

    :param owner: tags that tell whose job it is (dag, run, task, map index, generation); the request's own tags of
        ours, such as the template's digest, count with them.
    :param equivalents: other requests whose job would do as well.
    :param prepare: what has to be done before a job is created, and only then.
    :param mask: what of a value may be shown in an error; a mapping tells the value's name.
    :raises NameTaken: when the name belongs to a job made for a different request.
    :raises RequestRefused: when AWS or botocore says that the request is invalid or not allowed.
    """
    from botocore.exceptions import ParamValidationError

    try:
        return _submit(client, kind, (request, *equivalents), owner, prepare, mask)
    except ParamValidationError as error:
        name, told = request.get(kind.name_member), _WRONG_TYPE.sub(partial(_shown, mask), str(error))
        # The cause would show the value again.
        raise RequestRefused(f"No {kind.label} {name!r} is asked for, the request cannot be sent: {told}") from None


def _submit(
    client: Any,
    kind: JobKind,
    requests: Sequence[Mapping[str, Any]],
    owner: Mapping[str, str],
    prepare: Callable[[], None],
    mask: Mask,
) -> Submission:
    request = requests[0]
    base = request[kind.name_member]
    attempt = 0
    while True:
        name = base if attempt == 0 else f"{base}-r{attempt}"
        found = find(client, kind, name)
        if found is None:
            prepare()
            answer = _create(client, kind, {**request, kind.name_member: name}, owner)
            if answer is None:
                continue  # a create race: describe again and take the winner's
            return Submission(name, _newborn(client, kind, name, answer), "created", owned=True)
        if kind.status(found) not in LIVE | {"Completed"}:
            attempt += 1
            continue
        owned = is_owned(client, kind, found, requests, proof(request, owner), mask)
        return Submission(name, found, "adopted" if kind.status(found) in LIVE else "reused", owned)


def _newborn(client: Any, kind: JobKind, name: str, answer: Mapping[str, Any]) -> Description:
    """Describe what was just created: a model for its details; a job needs no call, since it has only begun."""
    if kind is MODEL:
        return kind.describe(client, name)
    begun = {f"{kind.member}Status": "InProgress", "CreationTime": datetime.now(UTC)}
    return {kind.name_member: name, kind.arn_member: answer[kind.arn_member], **begun}


def _create(
    client: Any, kind: JobKind, request: Mapping[str, Any], owner: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Send the request and give the answer; None if the name was taken meanwhile.

    :raises RequestRefused: AWS says that the request is invalid or not allowed.
    """
    from botocore.exceptions import ClientError

    ours = proof(request, {**owner, DIGEST_TAG: request_digest(kind, request)})
    tags = [tag for tag in request.get("Tags", []) if tag["Key"] not in ours]
    tags += [{"Key": key, "Value": value} for key, value in ours.items()]
    tagged = {**request, "Tags": tags}
    try:
        try:
            return kind.create(client, tagged)
        except ClientError as error:
            if not _METRICS_REFUSED.search(error.response["Error"]["Message"]):
                raise
            return kind.create(client, without_metric_definitions(tagged))
    except ClientError as error:
        if already_exists(error):
            return None
        if error.response["Error"]["Code"] in _REFUSALS:
            raise RequestRefused(f"AWS refuses the {kind.label} {request[kind.name_member]!r}: {error}") from error
        raise


def without_metric_definitions(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a CreateTrainingJob request without its MetricDefinitions."""
    algorithm = {key: value for key, value in request["AlgorithmSpecification"].items() if key != "MetricDefinitions"}
    return {**request, "AlgorithmSpecification": algorithm}


def is_owned(
    client: Any,
    kind: JobKind,
    found: Description,
    requests: Sequence[Mapping[str, Any]],
    proven: Mapping[str, str],
    mask: Mask,
) -> bool:
    """Whether a job is this task's own, by its tags.

    :raises NameTaken: it was made for none of the requests.
    """
    tags = tags_of(client, found[kind.arn_member])
    asked = next((one for one in requests if request_digest(kind, one) == tags.get(DIGEST_TAG)), None)
    if asked is None:
        raise NameTaken(_taken(kind, found, f"tag {DIGEST_TAG} differs"))
    differ = differences(client, kind, asked, found)
    if differ:
        raise NameTaken(_taken(kind, found, "; ".join(_told(one, mask) for one in differ[:_MOST_TOLD])))
    return proven.items() <= tags.items()


def _taken(kind: JobKind, found: Description, why: str) -> str:
    return (
        f"The {kind.label} {found[kind.name_member]!r} exists but was made for another request ({why}), so it is not "
        "adopted. Clear this task to start a new generation under a new name, or delete or rename the other one."
    )


def _told(differ: Difference, mask: Mask) -> str:
    name = differ.member.rpartition(".")[2]
    asked, told = (mask({name: value})[name] for value in (differ.asked, differ.told))
    return f"{differ.member} is {told!r} there and {asked!r} in the request"


def _shown(mask: Mask, found: re.Match[str]) -> str:
    return f"{found[1]}{mask({found[2]: found[3]})[found[2]]}{found[4]}"
