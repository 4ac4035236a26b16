"""Dates and times: the ways people write them, which of them a column uses, and what a cell then says.

A way is a text like ``month/day/year``: the order of the parts and the signs between them. A time with a zone may
follow any of them. Ways that the same text can be read in (``01/02/2024``) are told apart by the whole column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from include.cells.decision import NOTHING, Decision, counted
from include.cells.words import MONTHS, WEEKDAYS

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
# What fewer of a column's values are written in is an exception and no form of the column.
_SELDOM = 0.05
_LOOKED_AT = 200
# POSIX's rule for two digits of a year: 69 is 1969, 68 is 2068.
_PIVOT = 69
# Digits alone are a date between these only; anything else is a number.
_YEARS_OF_DIGITS = (1900, 2100)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8}
_ZONES |= {"pdt": -7, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "mez": 1, "mesz": 2}

_YEAR, _YR = "(?P<year>[0-9]{4})", "(?P<year>[0-9]{2})"
_MONTH, _DATE = "(?P<month>[0-9]{1,2})", "(?P<day>[0-9]{1,2})"
_WORD = r"(?P<word>[^\W\d_]+)"
_OF = r"(?:(?:de|of)\s+)?"
_NTH = r"(?:st|nd|rd|th|er|º|\.)?"
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]+)\.?,?\s+)?"
_CLOCK = (
    "(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?:\s?(?P<zone>(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?|[A-Za-z]{1,4}))?"
)
_THEN = rf"(?:(?:[Tt:]|,?\s+(?:at\s+|um\s+|à\s+)?){_CLOCK})?"
_DIGITS = "(?:T?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?(?P<zone>[Zz])?)?"


def _numbers() -> dict[str, str]:
    """Make the ways without words."""
    ways = {f"year{sign}month{sign}day": re.escape(sign).join((_YEAR, _MONTH, _DATE)) for sign in "-/."}
    for sign, order in product("/-. ", ("day month", "month day")):
        parts = [{"day": _DATE, "month": _MONTH}[part] for part in order.split()]
        ways[f"{order.replace(' ', sign)}{sign}year"] = re.escape(sign).join((*parts, _YEAR))
        if sign != " ":
            # Always two digits each: 1.2.24 is rather the number of a version.
            short = [part.replace("{1,2}", "{2}" if sign != "/" else "{1,2}") for part in parts]
            ways[f"{order.replace(' ', sign)}{sign}yr"] = re.escape(sign).join((*short, _YR))
    ways |= {f"year{sign}month": f"{_YEAR}{sign}{_MONTH}" for sign in "-/"}
    ways |= {f"month{sign}year": f"{_MONTH}{re.escape(sign)}{_YEAR}" for sign in "-/."}
    return ways


def _words() -> dict[str, str]:
    """Make the ways with a month in words."""
    year = f"(?:{_YEAR}|'?(?P<yr>[0-9]{{2}}))"
    return {
        "day, month in words, year": rf"{_DATE}{_NTH}[\s./-]*{_OF}{_WORD}[\s,./-]*{_OF}{year}",
        "month in words, day, year": rf"{_WORD}[\s.-]*{_DATE}{_NTH}(?:\s*,\s*|[\s/-]+){year}",
        "month in words, year": rf"{_WORD}\.?[\s,/-]*{_OF}(?:{_YEAR}|[-']\s?(?P<yr>[0-9]{{2}}))",
    }


TIME = "time"
DIGITS = "yearmonthday"
_WAYS = {
    way: re.compile(pattern)
    for way, pattern in {
        **{way: f"{_WEEKDAY}{pattern}{_THEN}" for way, pattern in (*_numbers().items(), *_words().items())},
        "month in words, day, time, year": rf"{_WEEKDAY}{_WORD}\s+{_DATE}\s+{_CLOCK}\s+{_YEAR}",
        DIGITS: f"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_DIGITS}",
        TIME: _CLOCK,
    }.items()
}
WAYS = tuple(_WAYS)


@dataclass(frozen=True)
class Moment:
    """What a cell says.

    :param day: days since 1970, of the calendar where it was written; 0 of a time alone.
    :param seconds: since midnight there.
    :param offset: seconds that the clock there is ahead of UTC; 0 where the cell does not say.
    """

    day: int
    seconds: float
    offset: int

    @property
    def days(self) -> float:
        """Days since 1970 in UTC, with a fraction."""
        return self.day + (self.seconds - self.offset) / _DAY


def read_date(text: str, ways: Iterable[str]) -> Moment | None:
    """Return what a text says in the first of these ways that it can be read in, or None."""
    for way in ways:
        found = _WAYS[way].fullmatch(text)
        if found and (moment := _moment(found.groupdict())) is not None:
            return moment
    return None


def decide_dates(texts: Iterable[str]) -> Decision:
    """Decide in which ways the dates of a column are written."""
    counts = counted(texts)
    some = list(counts)[:: max(1, len(counts) // _LOOKED_AT)]
    ways = [way for way in WAYS if any(_reads(text, way) for text in some)]
    readable = sum(any(_reads(text, way) for way in ways) for text in some)
    if readable * 2 < len(some) or not ways:
        return NOTHING
    total = counts.total()
    fitting: Counter[str] = Counter()
    for text, count in counts.items():
        fitting.update({way: count for way in ways if _reads(text, way)})
    chosen, undecided = [], ""
    for shape in dict.fromkeys(map(_shape, ways)):
        rivals = sorted((way for way in ways if _shape(way) == shape), key=lambda way: (-fitting[way], _custom(way)))
        if fitting[rivals[0]] < _SELDOM * total:
            continue
        chosen.append(rivals[0])
        if len(rivals) > 1 and fitting[rivals[0]] == fitting[rivals[1]]:
            undecided = f"every value can be {rivals[1]}, too; {rivals[0]} is the custom with these signs"
    share = sum(count for text, count in counts.items() if read_date(text, chosen) is not None) / total
    return Decision(tuple(chosen), " or ".join(chosen), share, undecided) if chosen else NOTHING


def all_dates_in_digits(texts: Iterable[str]) -> bool:
    """Whether every value of a column of numbers is a date like 20240131."""
    values = counted(texts)
    first, last = _YEARS_OF_DIGITS
    return len(values) > 1 and all(
        len(text) == 8 and _reads(text, DIGITS) and first <= int(text[:4]) <= last for text in values
    )


def _reads(text: str, way: str) -> bool:
    return read_date(text, (way,)) is not None


def _shape(way: str) -> str:
    """Return what is the same of two ways that one text can be read in."""
    return way if "words" in way else way.replace("day", "month")


def _custom(way: str) -> bool:
    """Order rivals: with points the day comes first, as where points are used; else the month, as pandas reads them."""
    return way.startswith("month") == ("." in way)


def _moment(parts: dict[str, str | None]) -> Moment | None:
    weekday, word = parts.get("weekday"), parts.get("word")
    if weekday and weekday.lower() not in WEEKDAYS:
        return None
    month = MONTHS.get(word.lower(), 0) if word else int(parts.get("month") or 1)
    seconds, offset = _seconds(parts), _offset(parts.get("zone"))
    if seconds is None or offset is None:
        return None
    year = parts.get("year") or parts.get("yr")
    if year is None:
        return Moment(0, seconds, offset)
    full = int(year) if len(year) > 2 else int(year) + (1900 if int(year) >= _PIVOT else 2000)
    try:
        day = date(full, month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return Moment(day.toordinal() - _EPOCH, seconds, offset)


def _seconds(parts: dict[str, str | None]) -> float | None:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = parts.get("half")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second + float(f"0.{parts.get('fraction') or 0}")


def _offset(zone: str | None) -> int | None:
    if not zone:
        return 0
    if (named := _ZONES.get(zone.lower())) is not None:
        return named * 3600
    digits = zone.upper().removeprefix("UTC").removeprefix("GMT").replace(":", "")
    if digits[0] not in "+-":
        return None
    hours, minutes = int(digits[1:3]), int(digits[3:] or 0)
    if hours > 14 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if digits[0] == "-" else 1)
