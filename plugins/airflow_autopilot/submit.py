"""Describe, then adopt, reuse or create: a retry never pays for a second job.

The name is a pure function of the run (``include.autopilot.requests.names``), so whoever comes second finds what the
first one started. Nothing is remembered between tries: Airflow 3 clears a task's XCom before every try.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from airflow_autopilot.errors import NameTaken, RequestRefused
from airflow_autopilot.kinds import LIVE, MODEL, Description, JobKind
from airflow_autopilot.owner import TAG_PREFIX, proof, tags_of

DIGEST_TAG = f"{TAG_PREFIX}request"
# SageMaker answers "no such resource" with ValidationException for jobs and models, and uses that code for malformed
# requests too: only code and message together tell. AutoML jobs have ResourceNotFound, which means nothing else.
_ABSENT = re.compile(r"could not find|does not exist|not found|unable to describe", re.IGNORECASE)
_EXISTS = re.compile(r"already exist|must be unique|already in use", re.IGNORECASE)
# Describe gives the built-in metric definitions of Amazon's own images, Create refuses them for these images.
_METRICS_REFUSED = re.compile(r"override the metric definitions", re.IGNORECASE)
_REFUSALS = frozenset({"ValidationException", "AccessDeniedException", "AccessDenied", "UnrecognizedClientException"})


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
) -> Submission:
    """Make sure the requested job exists exactly once.

    Running -> adopt it; Completed -> reuse it; Failed or Stopped -> the next name ``<name>-r1``, ``-r2`` …; somebody
    else was faster -> adopt theirs.

    :param owner: tags that tell whose job it is (dag, run, task, map index, generation); the request's own tags of
        ours, such as the template's digest, count with them.
    :param equivalents: other requests whose job would do as well.
    :raises NameTaken: when the name belongs to a job made for a different request.
    :raises RequestRefused: when AWS says that the request is invalid or not allowed.
    """
    base = request[kind.name_member]
    digests = {request_digest(kind, one) for one in (request, *equivalents)}
    attempt = 0
    while True:
        name = base if attempt == 0 else f"{base}-r{attempt}"
        found = find(client, kind, name)
        if found is None:
            answer = _create(client, kind, {**request, kind.name_member: name}, owner)
            if answer is None:
                continue  # a create race: describe again and take the winner's
            return Submission(name, _newborn(client, kind, name, answer), "created", owned=True)
        if kind.status(found) not in LIVE | {"Completed"}:
            attempt += 1
            continue
        owned = _is_owned(client, kind, found, digests, proof(request, owner))
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


def is_out_of_capacity(error: Any) -> bool:
    """Whether botocore's ClientError says that the account's quota is used up for now."""
    return bool(error.response["Error"]["Code"] == "ResourceLimitExceeded")


def _is_owned(
    client: Any, kind: JobKind, found: Description, digests: Collection[str], proven: Mapping[str, str]
) -> bool:
    tags = tags_of(client, found[kind.arn_member])
    if tags.get(DIGEST_TAG) not in digests:
        raise NameTaken(
            f"The {kind.label} {found[kind.name_member]!r} exists but was made for another request "
            f"(tag {DIGEST_TAG} differs), so it is not adopted. Clear this task to start a new generation under a new "
            "name, or delete or rename the other one."
        )
    return proven.items() <= tags.items()
