"""What is shown to people, or kept for reading, shows no secrets: environments and hyperparameters can hold any text.

The one function for logs, errors, dry run, report, ledger, messages and records. Templates and plans keep the true
values: requests are made from them. Which libraries were looked at is in docs/adr.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from include.autopilot.base.secretnames import Secrecy, secrecy
from include.autopilot.base.secrettexts import MASK as MASK
from include.autopilot.base.secrettexts import hide, is_hidden

# Pairs of a name and its value, as tags, environments and parameters are often written.
_PAIRS = (("key", "value"), ("name", "value"), ("parametername", "parametervalue"))


def masked(value: Any, name: str = "") -> Any:
    """Return a copy without secrets: by what names them, or by what they look like.

    In running text a secret alone becomes ``***``, and so it does in JSON inside a text; a value without any gap that
    holds one becomes ``***`` as a whole.

    :param name: the name that the value has.
    """
    return _masked(value, secrecy(name) if name else None, named=bool(name))


def _masked(value: Any, kind: Secrecy | None, named: bool) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value, kind)
    if isinstance(value, list | tuple):
        return _list(value, kind, named)
    if isinstance(value, set | frozenset):
        return _list(sorted(value, key=repr), kind, named)
    if isinstance(value, bytes | bytearray):
        return _text(value.decode(errors="backslashreplace"), kind, named)
    if isinstance(value, str):
        return _text(value, kind, named)
    if kind == "always" and isinstance(value, int | float) and not isinstance(value, bool):
        return MASK
    return value


def _mapping(value: Mapping[Any, Any], kind: Secrecy | None) -> dict[Any, Any]:
    """Mask each value by its own name, and by the name of the whole where the inner one says nothing."""
    paired = _pair(value)
    shown = {}
    for key, inner in value.items():
        own = secrecy(str(paired[1])) if paired and key == paired[0] else secrecy(str(key))
        shown[hide(key) if isinstance(key, str) else key] = _masked(inner, own or kind, named=True)
    return shown


def _pair(value: Mapping[Any, Any]) -> tuple[Any, Any] | None:
    """Return the member that holds the value of a pair, and the name of it."""
    members = {str(key).lower(): key for key in value}
    for name, content in _PAIRS:
        if name in members and content in members and isinstance(value[members[name]], str):
            return members[content], value[members[name]]
    return None


def _list(value: list[Any] | tuple[Any, ...], kind: Secrecy | None, named: bool) -> list[Any]:
    """Mask each; what follows an argument such as ``--password`` is named by it."""
    shown: list[Any] = []
    for index, inner in enumerate(value):
        before = value[index - 1] if index else None
        flag = secrecy(before) if isinstance(before, str) and before.startswith("-") and "=" not in before else None
        shown.append(_masked(inner, flag or kind, named or flag is not None))
    return shown


def _text(text: str, kind: Secrecy | None, named: bool) -> str:
    if kind is not None and is_hidden(text, kind):
        return MASK
    if text.lstrip()[:1] in ("{", "["):
        inner = _inner(text)
        if inner is not None:
            return inner
    hidden = hide(text)
    if hidden == text or not named:
        return hidden
    return hidden if any(letter.isspace() for letter in text) else MASK


def _inner(text: str) -> str | None:
    """Return JSON inside a text masked like all else; None where it is none, says a name twice, or is too deep."""
    try:
        content = json.loads(text, object_pairs_hook=_distinct)
        shown = _masked(content, None, named=True)
    except (ValueError, RecursionError):
        return None
    if shown == content:
        return text
    # Half of a character, which JSON can escape, cannot be written to a log or to S3.
    return json.dumps(shown, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; reading only the last one of a name would leave the others unmasked."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is said twice")
    return found
