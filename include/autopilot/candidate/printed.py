"""Reading one recorded response: as JSON, or as Python prints what boto3 returned (``{'ModelName': 'm', ...}``).

Neither is executed. What JSON can hold and no service ever sends (NaN, Infinity) counts as absent.
"""

from __future__ import annotations

import ast
import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.autopilot.base.errors import UnreadableError
from include.autopilot.candidate.descriptions import Description

_PRINTED = re.compile(r"\s*\[?\s*\{\s*'")
_METADATA = "ResponseMetadata"
# What an entry of a list has -> the member of a response that holds such a list.
_LISTED = {"CandidateName": "Candidates", "Key": "Tags"}


class BareListError(UnreadableError):
    """A file holds a list where a response, one object, was expected.

    :param member: the member of a response that such a list belongs to; None where it is not known.
    """

    def __init__(self, path: Path, member: str | None) -> None:
        super().__init__(
            f"{path} holds a bare list; a response is one JSON object. "
            + (f'Wrap it: {{"{member}": [...]}}.' if member else "Save what was printed whole, without --query.")
        )
        self.member = member


def read_response(path: Path) -> Description:
    """Return the response that a file holds, without what is about the call itself.

    :raises UnreadableError: it cannot be read, or holds no response; the message names the file.
    """
    content = _content(path)
    if isinstance(content, list):
        first = content[0] if content and isinstance(content[0], dict) else {}
        raise BareListError(path, next((name for key, name in _LISTED.items() if key in first), None))
    if not isinstance(content, dict) or not set(content) - {_METADATA}:
        raise UnreadableError(f"{path} does not hold a response: one JSON object with something in it was expected.")
    return {str(name): value for name, value in content.items() if name != _METADATA}


def _content(path: Path) -> Any:
    try:
        # Bytes, because some shells write what they redirect in UTF-16, which json recognises.
        body = path.read_bytes()
        text = body.decode(json.detect_encoding(body))
        return _python(text) if _PRINTED.match(text) else _json(text)
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"{path} is not JSON: {error}") from error


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None, parse_float=_finite)


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _python(text: str) -> Any:
    return _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Dict):
        keys = [_value(key) if key is not None else None for key in node.keys]
        return {str(key): _value(value) for key, value in zip(keys, node.values, strict=True)}
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(entry) for entry in node.elts]
    if isinstance(node, ast.Call):
        return _instant(node)
    return ast.literal_eval(node)


def _instant(call: ast.Call) -> str:
    """Return ``datetime.datetime(2020, 4, 13, 15, 1, tzinfo=tzlocal())`` as text; an unknown time zone is UTC."""
    if ast.unparse(call.func) not in ("datetime.datetime", "datetime"):
        raise ValueError(f"{ast.unparse(call)[:80]} is no date")
    numbers = [ast.literal_eval(argument) for argument in call.args]
    if not 3 <= len(numbers) <= 7 or not all(type(number) is int for number in numbers):
        raise ValueError(f"{ast.unparse(call)[:80]} is no date")
    year, month, day, hour, minute, second, fraction = [*numbers, 0, 0, 0, 0][:7]
    return datetime(year, month, day, hour, minute, second, fraction, UTC).isoformat()
