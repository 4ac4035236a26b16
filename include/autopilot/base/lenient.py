"""Reading descriptions whose shape cannot be relied on: older vintages, partial dumps, text where a number belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at(value: Any, *path: str) -> Any:
    """Return what lies at a path of member names, or None where any part of the path is absent."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def mapping_at(value: Any, *path: str) -> dict[str, Any]:
    """Return the structure at a path; empty where there is none."""
    found = at(value, *path)
    return dict(found) if isinstance(found, Mapping) else {}


def items_at(value: Any, *path: str) -> list[dict[str, Any]]:
    """Return the structures of the list at a path; empty where there is no list."""
    found = at(value, *path)
    return [dict(entry) for entry in found if isinstance(entry, Mapping)] if isinstance(found, list | tuple) else []


def text_at(value: Any, *path: str) -> str | None:
    """Return the text at a path, a number as text; None where there is neither, or nothing in it."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found) or None


def number_at(value: Any, *path: str) -> float | None:
    """Return the number at a path, also where it was printed as text; None where there is none."""
    text = text_at(value, *path)
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
