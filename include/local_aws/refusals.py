"""Refusals in the forms AWS clients read: JSON for the JSON protocols, XML for the others; never HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape


def json_refusal(start_response: Any, code: str, message: str, status: int = 400, **members: Any) -> Iterable[bytes]:
    """Answer an AWS JSON error, with further ``members``."""
    body = json.dumps({**members, "__type": code, "message": message, "Message": message}).encode()
    return _answer(start_response, status, "application/x-amz-json-1.1", body, code)


def xml_refusal(start_response: Any, code: str, message: str, status: int = 400) -> Iterable[bytes]:
    """Answer an AWS XML error."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    ).encode()
    return _answer(start_response, status, "application/xml", body, code)


def query_refusal(start_response: Any, code: str, message: str, status: int = 400) -> Iterable[bytes]:
    """Answer an error of AWS's query protocol (STS, IAM, SNS)."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ErrorResponse><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
    ).encode()
    return _answer(start_response, status, "text/xml", body, code)


def _answer(start_response: Any, status: int, content_type: str, body: bytes, code: str) -> Iterable[bytes]:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-ErrorType", code)]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
