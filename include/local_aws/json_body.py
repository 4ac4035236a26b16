"""The JSON of a request, read as strictly as AWS reads it: what is none is refused in its words, and breaks nothing."""

from __future__ import annotations

import json
import math
from typing import Any

from include.local_aws.errors import SerializationException

Json = dict[str, Any]

_DEEPEST = 100  # levels; no request has more than about ten
_TOO_DEEP = f"The request body is nested more than {_DEEPEST} levels deep."


def read_object(body: bytes) -> Json:
    """Return a body as a dict; an empty one is ``{}``.

    :raises SerializationException: as :func:`read`, and for what is no object.
    """
    found = read(body or b"{}")
    if not isinstance(found, dict):
        raise SerializationException("Start of structure or map expected at the top of the request.")
    return found


def read(body: bytes) -> Any:
    """Return what a body holds.

    :raises SerializationException: it is not UTF-8 or not JSON, is nested without end, names a member twice,
        or holds a number that no float can hold or half a character (a lone surrogate).
    """
    try:
        found = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise SerializationException(_TOO_DEEP) from None
    except ValueError as error:
        raise SerializationException(f"The request body is not JSON: {error}.") from error
    _check(found)
    return found


def _object(members: list[tuple[str, Any]]) -> Json:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise SerializationException(f"The member {twice[:100]!r} is there twice.")
    return found


def _constant(name: str) -> Any:
    raise SerializationException(f"{name} is no JSON.")


def _check(found: Any) -> None:
    """Look at every value without calling itself: a body may be as deep as the parser goes."""
    level: list[Any] = [found]
    for _ in range(_DEEPEST):
        for value in level:
            _check_scalar(value)
        texts = [name for value in level if isinstance(value, dict) for name in value]
        for text in texts:
            _check_scalar(text)
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return
    raise SerializationException(_TOO_DEEP)


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _check_scalar(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise SerializationException("NUMBER_VALUE is out of range: no number of this size can be kept.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise SerializationException("A string holds half a character (a lone surrogate).") from None
