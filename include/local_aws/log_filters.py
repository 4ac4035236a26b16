"""What moto leaves out of questions to CloudWatch Logs, and then answers others: streams, order, patterns, queries."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from include.local_aws.account import ACCOUNT
from include.local_aws.errors import AwsError, NotDone
from include.local_aws.operations import Environ

# Words that must all be there, or one quoted phrase: of any other pattern moto takes every event for a match.
_PATTERN = re.compile(r'\s*|[A-Za-z][^\s"{[%|]*(?: +[^\s"{[%|?-][^\s"{[%|]*)*|"[^"]*"')
# Of a query of Logs Insights moto heeds these commands, and passes over any other, a filter too.
_FIELD = r"@(?:timestamp|message|logStream|log)"
_COMMAND = re.compile(
    rf"\s*(?:fields\s+{_FIELD}(?:\s*,\s*{_FIELD})*|sort\s+@timestamp(?:\s+(?:asc|desc))?|limit\s+[0-9]+)\s*"
)


class InvalidParameterException(AwsError):
    """CloudWatch Logs' answer to parameters that exclude each other."""

    code = "InvalidParameterException"


def complete(environ: Environ, region: str, request: dict[str, Any]) -> None:
    """Say in moto's words what a request asks for; what moto answers as it stands is left so.

    :raises InvalidParameterException: it names streams, or the group, in two ways.
    :raises NotDone: its pattern or query is one that moto does not read.
    """
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if operation == "StartQuery":
        _check_query(str(request.get("queryString", "")), request.get("queryLanguage", "CWLI"))
    elif operation == "FilterLogEvents":
        body = json.dumps(_filter(region, request)).encode()
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _check_query(query: str, language: Any) -> None:
    unread = [part.strip() for part in query.split("|") if not _COMMAND.fullmatch(part)]
    if language != "CWLI" or unread:
        what = f"queryLanguage {language!r}" if language != "CWLI" else f"{unread[0]!r} in a query"
        raise NotDone(what, "fields @timestamp, @message, @logStream and @log, sort @timestamp and limit are")


def _filter(region: str, request: dict[str, Any]) -> dict[str, Any]:
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
    return told


def _streams(region: str, group: str) -> list[str]:
    from moto.logs.models import logs_backends

    backends = logs_backends[ACCOUNT]
    found = backends[region].groups.get(group) if region in backends else None  # moto says that there is no such one
    return list(found.streams) if found else []
