"""The route through which a test sets the rules and reads the call counts: ``/_faults``, unsigned, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from include.local_aws.errors import SerializationException
from include.local_aws.faults.book import RuleBook
from include.local_aws.faults.rules import BadRule, Rule, read_rule
from include.local_aws.json_body import read
from include.local_aws.operations import body_of
from include.local_aws.refusals import json_refusal

ROUTE = "/_faults"  # no bucket name begins with an underscore


def addressed(environ: dict[str, Any]) -> bool:
    """Whether a request is for this route and not for AWS, whose requests are signed."""
    return environ.get("PATH_INFO") == ROUTE and "HTTP_AUTHORIZATION" not in environ


def serve(book: RuleBook | None, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer GET, PUT and DELETE; ``book`` None is an endpoint that was started without ``--faults``.

    PUT takes ``{"rules": [...]}``, ``{"calls": {}}`` or both and replaces what it names, all or nothing.
    """
    if book is None:
        message = f"{ROUTE} is not there: the embedded AWS endpoint was started without --faults."
        return json_refusal(start_response, "NotFound", message, HTTPStatus.NOT_FOUND)
    method = environ["REQUEST_METHOD"]
    if method not in {"GET", "PUT", "DELETE"}:
        message = f"{ROUTE} takes GET, PUT and DELETE, not {method}."
        return json_refusal(start_response, "MethodNotAllowed", message, HTTPStatus.METHOD_NOT_ALLOWED)
    try:
        if method != "GET":
            _change(book, {"rules": [], "calls": {}} if method == "DELETE" else _document(environ))
    except BadRule as error:
        return json_refusal(start_response, "BadRule", str(error))
    body = json.dumps(book.told()).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _document(environ: dict[str, Any]) -> dict[str, Any]:
    try:
        found = read(body_of(environ))
    except SerializationException as error:
        raise BadRule(f"the body is not JSON: {error}") from error
    if not isinstance(found, dict) or not found or not found.keys() <= {"rules", "calls"}:
        raise BadRule('the body must be an object with "rules", "calls" or both')
    if found.get("calls", {}) != {}:
        raise BadRule('"calls" can only be reset, to {}')
    if not isinstance(found.get("rules", []), list):
        raise BadRule('"rules" must be a list')
    return found


def _change(book: RuleBook, document: dict[str, Any]) -> None:
    rules: list[Rule] = [read_rule(given, place) for place, given in enumerate(document.get("rules", []), 1)]
    if "rules" in document:
        book.replace(rules)
    if "calls" in document:
        book.reset_calls()
