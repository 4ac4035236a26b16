"""Metrics of a training job: the regexes of its metric definitions applied to its log lines."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any


class Metrics:
    """Collects the last value of each metric. ``definitions`` are AWS's: ``{"Name": ..., "Regex": ...}``.

    A metric whose last value is NaN or infinite has none, as a training has no result that ended in it: neither
    CloudWatch nor the JSON of an answer can hold one.

    Of the metric ``followed`` all values are kept, in ``series``.
    """

    def __init__(self, definitions: Iterable[Mapping[str, str]], followed: str | None = None) -> None:
        self.series: list[float] = []
        self._followed = followed
        self._definitions = [(item["Name"], re.compile(item["Regex"])) for item in definitions]
        self._last: dict[str, tuple[float, datetime]] = {}

    def read(self, line: str) -> None:
        """Look for every metric in one log line; a match that is no number is passed over."""
        for name, pattern in self._definitions:
            for match in pattern.finditer(line):
                try:
                    value = float(match.group(1) if pattern.groups else match.group())
                except ValueError:
                    continue
                if not math.isfinite(value):
                    self._last.pop(name, None)
                    continue
                self._last[name] = (value, datetime.now(UTC))
                if name == self._followed:
                    self.series.append(value)

    def final(self) -> list[dict[str, Any]]:
        """Return the FinalMetricDataList."""
        return [
            {"MetricName": name, "Value": value, "Timestamp": moment} for name, (value, moment) in self._last.items()
        ]
