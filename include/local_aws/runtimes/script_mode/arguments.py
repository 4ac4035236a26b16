"""Hyperparameters as a script finds them: on its command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def command_line(hyperparameters: Mapping[str, Any]) -> list[str]:
    """Return `--name value` of each in the order of their names; a name of one letter has one dash."""
    words: list[str] = []
    for name in sorted(hyperparameters):
        words += [f"--{name}" if len(name) > 1 else f"-{name}", _text(hyperparameters[name])]
    return words


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return str(value)
