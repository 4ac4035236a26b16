"""Refusals in the forms AWS clients read: JSON, XML or CBOR, as the request's protocol has them; never HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

_ENVELOPED = {"sts", "iam", "sns", "cloudfront", "route53"}
_CBOR = "rpc-v2-cbor"


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
    """Answer an error of AWS's query protocol (STS, IAM, SNS), which some XML services share."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ErrorResponse><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
    ).encode()
    return _answer(start_response, status, "text/xml", body, code)


def cbor_refusal(start_response: Any, code: str, message: str, status: int = 400) -> Iterable[bytes]:
    """Answer an error of Smithy's CBOR protocol."""
    members = {"__type": code, "message": message}
    body = bytes([0xA0 | len(members)]) + b"".join(_cbor_text(part) for pair in members.items() for part in pair)
    return _answer(start_response, status, "application/cbor", body, code, [("smithy-protocol", _CBOR)])


def form_of(service: str, environ: Mapping[str, Any]) -> Callable[..., Iterable[bytes]]:
    """Return the form of a service's errors, a function above: S3's own, the query protocol's, CBOR or JSON."""
    if environ.get("HTTP_SMITHY_PROTOCOL") == _CBOR:
        return cbor_refusal
    if service == "s3" and "HTTP_X_AMZ_TARGET" not in environ:
        return xml_refusal
    posted = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    return query_refusal if service in _ENVELOPED or posted else json_refusal


def _cbor_text(text: str) -> bytes:
    content = text.encode()
    return b"\x7a" + len(content).to_bytes(4, "big") + content  # a text with its length in four bytes


def _answer(
    start_response: Any, status: int, content_type: str, body: bytes, code: str, more: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-ErrorType", code), *more]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
