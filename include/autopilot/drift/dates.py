"""Columns of dates that move on with time: every drop has later ones than the baseline, by their nature."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from include.autopilot.base.cutoff import as_utc
from include.autopilot.settings.drift import Action, DriftConfig

_FIRST_YEAR = 1900


def _as_written(form: str, text: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 - a cell; in UTC like all that says nothing else


# Who writes 3/4/2024 means one of two dates; which, the other cells of the column say.
_READERS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    *(partial(_as_written, form) for form in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d")),
)


def moves_on(before: Collection[str], now: Collection[str]) -> bool:
    """Whether all cells of a column are dates, and those of now begin no earlier and end later than those before."""
    for reader in _READERS:
        old, new = _dates(before, reader), _dates(now, reader)
        if old and new:
            return min(new) >= min(old) and max(new) > max(old)
    return False


def dates_told(drops: Sequence[Mapping[str, Any]], rules: DriftConfig) -> Iterator[tuple[Action, str]]:
    """Yield one sentence on the columns of dates that drift because time passes, in whatever drops.

    :param drops: what was found of each, as :func:`include.autopilot.drift.shown.drift_content` returned it.
    """
    names = dict.fromkeys(column["name"] for drop in drops for column in drop["columns"] if column.get("moves_on"))
    if names and rules.on_feature != "off":
        text = (
            f"The dates of {', '.join(map(repr, names))} move on with the drops, which differ from the baseline by "
            "their nature; that is told no further. No model learns from a date still to come: deliver the time "
            "elapsed between two events in its place, or put the column under ignore, and search for a new template."
        )
        yield "warn", text


def _dates(cells: Collection[str], reader: Callable[[str], datetime]) -> list[datetime]:
    """Return all cells as dates; nothing where one of them is none."""
    try:
        found = [as_utc(reader(cell.strip())) for cell in cells]
    except (ValueError, OverflowError):
        return []
    return found if all(date.year >= _FIRST_YEAR for date in found) else []
