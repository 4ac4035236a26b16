"""Dates and times as numbers: the year, and where in the year, the week and the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Self

import numpy as np
from dateutil import parser
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from include.local_aws.runtimes.automl_extension.tables import cells, same_width

# What a text does not say of its date. The library takes today's, which makes other features tomorrow.
_UNSAID = datetime(1970, 1, 1)  # noqa: DTZ001 - texts mostly have no zone


@dataclass(frozen=True)
class DateTimeProperty:
    """A number that a date has.

    :param name: which; its reading is looked up by it, for an artifact cannot hold a function.
    :param low: the least value, and ``high`` the greatest; None for one that does not come round again.
    """

    name: str
    high: int | None
    low: int | None

    def ordinal(self, at: datetime) -> int:
        """Return the number, 0 for the least value."""
        return _READ[self.name](at) - (self.low or 0)


_READ: dict[str, Callable[[datetime], int]] = {
    "week_of_year": lambda at: at.isocalendar().week,
    "weekday": lambda at: at.isoweekday(),
    "year": lambda at: at.year,
    "hour": lambda at: at.hour,
    "month": lambda at: at.month,
    "minute": lambda at: at.minute,
    "quarter": lambda at: (at.month + 2) // 3,
    "second": lambda at: at.second,
    "day_of_year": lambda at: at.timetuple().tm_yday,
    "day_of_month": lambda at: at.day,
}


class DateTimeDefinition(Enum):
    """The properties that there are."""

    WEEK_OF_YEAR = DateTimeProperty("week_of_year", 53, 1)
    WEEKDAY = DateTimeProperty("weekday", 7, 1)
    YEAR = DateTimeProperty("year", None, None)
    HOUR = DateTimeProperty("hour", 23, 0)
    MONTH = DateTimeProperty("month", 12, 1)
    MINUTE = DateTimeProperty("minute", 59, 0)
    QUARTER = DateTimeProperty("quarter", 4, 1)
    SECOND = DateTimeProperty("second", 59, 0)
    DAY_OF_YEAR = DateTimeProperty("day_of_year", 366, 1)
    DAY_OF_MONTH = DateTimeProperty("day_of_month", 31, 1)


_USUAL = ("WEEKDAY", "YEAR", "HOUR", "MINUTE", "SECOND", "MONTH", "WEEK_OF_YEAR")


class DateTimeVectorizer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Numbers for each column of dates; NaN where a cell is no date.

    :param extract: values of :class:`DateTimeDefinition`; weekday, year, hour, minute, second, month and week
        unless told.
    :param mode: `ordinal`, one number from 0 on for each property, or `cyclic`, the sine and cosine of its place in the
        round; a year is a number either way.
    :param ignore_constant_columns: leave out properties that are the same in every row of the fit.
    :param default_datetime: what a text does not say; 1 January 1970 unless told.
    """

    def __init__(
        self,
        extract: list[DateTimeProperty] | None = None,
        mode: str = "cyclic",
        ignore_constant_columns: bool = True,
        default_datetime: datetime | None = None,
    ) -> None:
        self.extract = extract
        self.mode = mode
        self.ignore_constant_columns = ignore_constant_columns
        self.default_datetime = default_datetime

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn which properties change.

        :raises ValueError: there is no such mode.
        """
        if self.mode not in ("cyclic", "ordinal"):
            raise ValueError(f"mode must be either cyclic or ordinal, not {self.mode}")
        dates = self._dates(cells(X))
        self.n_features_in_ = dates.shape[1]
        asked = self._asked()
        changing = [at for at, one in enumerate(asked) if _changes(_ordinals(dates, one))]
        # Something must be left where nothing changes.
        self.kept_ = (changing or [0]) if self.ignore_constant_columns else list(range(len(asked)))
        return self

    def transform(self, X: Any, y: Any = None) -> NDArray[np.float32]:  # noqa: N803, ARG002
        """Return the numbers of the first column, then of the second, ..."""
        dates = same_width(self, self._dates(cells(X)))
        asked = self._asked()
        blocks = [
            self._numbers(_ordinals(dates[:, [column]], asked[at]), asked[at])
            for column in range(dates.shape[1])
            for at in self.kept_
        ]
        return np.hstack(blocks).astype(np.float32)

    def _asked(self) -> list[DateTimeProperty]:
        return self.extract or [DateTimeDefinition[name].value for name in _USUAL]

    def _dates(self, table: NDArray[Any]) -> NDArray[Any]:
        default = self.default_datetime or _UNSAID
        read = {value: _date(value, default) for value in set(table.ravel().tolist())}
        return np.array([read[value] for value in table.ravel().tolist()], dtype=object).reshape(table.shape)

    def _numbers(self, ordinals: NDArray[np.float64], what: DateTimeProperty) -> NDArray[np.float64]:
        if self.mode == "ordinal" or what.high is None or what.low is None:
            return ordinals
        angle = 2 * np.pi * ordinals / (what.high - what.low + 1)
        return np.hstack([np.sin(angle), np.cos(angle)])


def _date(value: Any, default: datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return parser.parse(value, default=default) if isinstance(value, str) else None
    except (ValueError, OverflowError):  # what is no date, or one that no calendar has
        return None


def _ordinals(dates: NDArray[Any], what: DateTimeProperty) -> NDArray[np.float64]:
    read = [np.nan if at is None else what.ordinal(at) for at in dates.ravel()]
    return np.array(read, dtype=np.float64).reshape(dates.shape)


def _changes(ordinals: NDArray[np.float64]) -> bool:
    """Whether a property has two values in some column."""
    return any(len(np.unique(column[~np.isnan(column)])) > 1 for column in ordinals.T)
