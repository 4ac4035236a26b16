"""Hyperparameters of the first-party containers: strings in, checked values out, messages in their wording."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.local_aws.runtimes import ClientError

Value = Any


@dataclass(frozen=True)
class Interval:
    """A range of numbers; a bound that is None is no bound."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or value != value:  # NaN lies in no range
            return False
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or not (value >= self.high if self.high_open else value > self.high)

    def __str__(self) -> str:
        left = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low:g}"
        right = "+inf)" if self.high is None else f"{self.high:g}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


@dataclass(frozen=True)
class Hyperparameter:
    """How one hyperparameter is read (`parse` raises ValueError) and which values it takes.

    :param words: texts that are values of their own, such as `auto`; they are neither parsed nor in the range.
    """

    parse: Callable[[str], Value]
    allowed: Container[Any] | None = None
    words: tuple[str, ...] = ()

    def read(self, name: str, text: str) -> Value:
        """Return the value `text` stands for.

        :raises ClientError: unreadable or out of range; names the hyperparameter.
        """
        if text in self.words:
            return text
        try:
            value = self.parse(text)
        except (ValueError, SyntaxError) as error:
            raise ClientError(f"Hyperparameter {name}: could not parse value {text!r}") from error
        outside = [item for item in (value if isinstance(value, list) else [value]) if not self._takes(item)]
        if outside:
            allowed = list(self.allowed) if isinstance(self.allowed, tuple) else self.allowed
            raise ClientError(f"Hyperparameter {name}: {outside[0]} is not in {allowed}")
        return value

    def _takes(self, value: Value) -> bool:
        return self.allowed is None or value in self.allowed


def integer(low: int | None = None, high: int | None = None, *words: str) -> Hyperparameter:
    """Take a whole number within bounds, or one of the words."""
    return Hyperparameter(int, Interval(low, high), words)


def number(
    low: float | None = None,
    high: float | None = None,
    *words: str,
    low_open: bool = False,
    high_open: bool = False,
) -> Hyperparameter:
    """Take a number within bounds, or one of the words."""
    return Hyperparameter(float, Interval(low, high, low_open, high_open), words)


def choice(*values: str) -> Hyperparameter:
    """Take one of the texts."""
    return Hyperparameter(str, values)


def read_all(raw: Mapping[str, str], known: Mapping[str, Hyperparameter]) -> dict[str, Value]:
    """Return the values of `hyperparameters.json`.

    :raises ClientError: unknown, unreadable or out of range; names the hyperparameter.
    """
    unknown = [name for name in raw if name not in known]
    if unknown:
        raise ClientError(f"Extraneous hyperparameter found: {unknown[0]}")
    return {name: known[name].read(name, str(text)) for name, text in raw.items()}


def raw_hyperparameters(opt_ml: Path) -> dict[str, str]:
    """Return a training job's `hyperparameters.json`, in which every value is a text; {} if there is none."""
    path = opt_ml / "input" / "config" / "hyperparameters.json"
    raw: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return raw
