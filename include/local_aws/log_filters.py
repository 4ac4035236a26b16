"""What moto leaves out of FilterLogEvents and then answers with other events: streams by prefix, patterns, order."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from include.local_aws.account import ACCOUNT
from include.local_aws.errors import AwsError, NotDone
from include.local_aws.operations import Environ

_OPERATION = "FilterLogEvents"
# Words that must all be there, or one quoted phrase: of any other pattern moto takes every event for a match.
_PATTERN = re.compile(r'\s*|[A-Za-z][^\s"{[%|]*(?: +[^\s"{[%|?-][^\s"{[%|]*)*|"[^"]*"')


class InvalidParameterException(AwsError):
    """CloudWatch Logs' answer to parameters that exclude each other."""

    code = "InvalidParameterException"


def complete(environ: Environ, region: str, request: dict[str, Any]) -> None:
    """Say in moto's words what a FilterLogEvents asks for; other requests stay as they are.

    :raises InvalidParameterException: it names streams, or the group, in two ways.
    :raises NotDone: its pattern is one that moto does not read.
    """
    if environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2] != _OPERATION:
        return
    pattern = request.get("filterPattern") or ""
    if isinstance(pattern, str) and not _PATTERN.fullmatch(pattern):
        raise NotDone(f"The filterPattern {pattern!r}", "words that must all be there or one quoted phrase are")
    for one, other in (("logGroupName", "logGroupIdentifier"), ("logStreamNames", "logStreamNamePrefix")):
        if one in request and other in request:
            raise InvalidParameterException(f"{one} and {other} exclude each other: give one of them.")
    told = {**request, "interleaved": True}  # as AWS takes it, whatever the request says
    group = str(told.get("logGroupName", told.get("logGroupIdentifier", "")))
    told["logGroupName"] = group.rpartition(":log-group:")[2].removesuffix(":*")
    if "logStreamNamePrefix" in told:
        prefix = str(told["logStreamNamePrefix"])
        found = [name for name in _streams(region, told["logGroupName"]) if name.startswith(prefix)]
        told["logStreamNames"] = found or [prefix]  # a list without names would be all of them
    body = json.dumps(told).encode()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _streams(region: str, group: str) -> list[str]:
    from moto.logs.models import logs_backends

    found = logs_backends[ACCOUNT][region].groups.get(group)
    return list(found.streams) if found else []
