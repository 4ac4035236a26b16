"""Dates and times to their parts and to time elapsed.

No part is ever 0 in the data it was fitted on by its nature, because sparse features leave zeros out, and XGBoost takes
what is left out for missing: days of the week count from 1, and so do hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells.dates import Moment, decide_dates, read_date
from include.cells.decision import once
from include.local_aws.runtimes.features.reading import MODULE, Reader, as_missing, tell_decision, tell_unread

Numbers = NDArray[np.float64]

PARTS = ("elapsed", "year", "month", "day", "weekday", "hour")
# The parts that come round, as sine and cosine: the 31st of December is next to the 1st of January.
CYCLES = ("year", "month", "week", "day")
_YEAR, _MONTH, _WEEK, _HOURS = 365.2425, 30.436875, 7.0, 24.0
# Days between two dates, of every pair of columns; of more than so many columns that would be too many features.
_MOST_PAIRED = 6


class Dates(Reader):
    """A column becomes its parts, and each two of them the days between them; NaN where there is no date.

    What is the same in all rows of the fit (the hour of dates without a time) is left out.

    :param cycles: whether to give the parts that come round as sine and cosine, too; trees do not need them.
    """

    __module__ = MODULE

    def __init__(self, names: Sequence[str], cycles: bool = True) -> None:
        super().__init__(names)
        self.cycles = cycles

    def fit(self, table: Any, y: Any = None) -> Dates:  # noqa: ARG002 - scikit-learn gives it
        """Decide how the dates of each column are written, where its time begins and which of its parts vary."""
        columns = self.columns(table)
        decisions = [decide_dates(texts) for texts in columns]
        for name, decision in zip(self.names, decisions, strict=True):
            tell_decision(name, decision)
        self.forms_ = [decision.form for decision in decisions]
        self.told_ = [decision.told for decision in decisions]
        moments = [_read(texts, form) for texts, form in zip(columns, self.forms_, strict=True)]
        days = [[one.days for one in column if one is not None] for column in moments]
        self.begins_ = [min(column) - 1.0 if column else 0.0 for column in days]
        features = self._features(moments)
        self.varies_ = [name for name, values in features.items() if _varies(values)] or list(features)[:1]
        return self

    def transform(self, table: Any) -> Numbers:
        """Return the features in the order of :meth:`get_feature_names_out`."""
        columns = self.columns(table)
        moments = [_read(texts, form) for texts, form in zip(columns, self.forms_, strict=True)]
        for at, texts in enumerate(columns):
            read = np.array([one is not None for one in moments[at]], dtype=bool)
            tell_unread(self.names[at], texts, read, as_missing(self.told_[at]))
        features = self._features(moments)
        return np.column_stack([features[name] for name in self.varies_])

    def get_feature_names_out(self, names: Any = None) -> NDArray[Any]:  # noqa: ARG002 - scikit-learn gives it
        """Return the features' names: column and part."""
        return np.array(self.varies_, dtype=object)

    def _features(self, moments: Sequence[Sequence[Moment | None]]) -> dict[str, Numbers]:
        found: dict[str, Numbers] = {}
        for name, begins, column in zip(self.names, self.begins_, moments, strict=True):
            parts = np.array([_parts(one, begins) for one in column]).reshape(-1, len(PARTS))
            found |= {f"{name}: {part}": parts[:, at] for at, part in enumerate(PARTS)}
            if self.cycles:
                found |= {f"{name}: {part}": values for part, values in _cycles(parts, column).items()}
        if len(moments) <= _MOST_PAIRED:
            days = [np.array([np.nan if one is None else one.days for one in column]) for column in moments]
            for first, second in combinations(range(len(days)), 2):
                found[f"{self.names[first]} to {self.names[second]}"] = days[second] - days[first]
        return found


def _read(texts: NDArray[Any], form: Sequence[str]) -> list[Moment | None]:
    return once(lambda text: read_date(text, form), texts)


def _parts(moment: Moment | None, begins: float) -> tuple[float, ...]:
    if moment is None:
        return (np.nan,) * len(PARTS)
    day = np.datetime64(moment.day, "D").item()
    return (moment.days - begins, day.year, day.month, day.day, day.isoweekday(), 1.0 + moment.seconds / 3600)


def _cycles(parts: Numbers, column: Sequence[Moment | None]) -> dict[str, Numbers]:
    of_year = np.array([np.nan if one is None else _day_of_year(one) for one in column])
    _, _, _, day, weekday, hour = parts.T
    turns = (of_year / _YEAR, (day - 1) / _MONTH, weekday / _WEEK, (hour - 1) / _HOURS)
    return {
        f"{name}_{wave}": function(2 * np.pi * turn)
        for name, turn in zip(CYCLES, turns, strict=True)
        for wave, function in (("sin", np.sin), ("cos", np.cos))
    }


def _day_of_year(moment: Moment) -> int:
    number: int = np.datetime64(moment.day, "D").item().timetuple().tm_yday
    return number - 1


def _varies(values: Numbers) -> bool:
    there = values[~np.isnan(values)]
    return bool(len(there)) and bool(there.min() < there.max())
