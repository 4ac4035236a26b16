"""Columns of dates that move on with time: every drop has later ones than the baseline, by their nature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from include.autopilot.drift.moments import Floats
from include.autopilot.drift.profile import ColumnProfile
from include.autopilot.drift.reading import days_in_digits
from include.autopilot.settings.drift import Action, DriftConfig

# The earliest dates may be slips; from this share of a column's dates on they say when it begins.
_BEGINS = 0.05


def days_of(column: ColumnProfile) -> Floats:
    """Return the sampled dates of a column as days since 1970, ascending; none where it holds no days."""
    numbers, reading = column.numbers, column.reading
    if numbers is None or (reading is not None and not reading.has_days):
        return np.array([])
    if reading is not None:
        return numbers.sample
    return days_in_digits([f"{number:.0f}" for number in numbers.sample]) if numbers.whole else np.array([])


def moves_on(before: Floats, now: Floats) -> bool:
    """Whether the days of now begin no earlier and end later than those before; both ascending."""
    if not len(before) or not len(now):
        return False
    begins = [days[int(_BEGINS * (len(days) - 1))] for days in (before, now)]
    return bool(begins[1] >= begins[0] and now[-1] > before[-1])


def dates_told(drops: Sequence[Mapping[str, Any]], rules: DriftConfig) -> Iterator[tuple[Action, str]]:
    """Yield one sentence on the columns of dates that drift because time passes, in whatever drops.

    :param drops: what was found of each, as :func:`include.autopilot.drift.shown.drift_content` returned it.
    """
    names = dict.fromkeys(column["name"] for drop in drops for column in drop["columns"] if column.get("moves_on"))
    if names and rules.on_feature != "off":
        text = (
            f"The dates of {', '.join(map(repr, names))} move on with the drops, which differ from the baseline by "
            "their nature; that is told no further. Nothing is learnt of days still to come, but of what comes again "
            "(month, weekday, hour) and of the time between two dates. If the template makes no such features of "
            "them, deliver the time elapsed between two events in their place, or put the columns under ignore, and "
            "search for a new template."
        )
        yield "warn", text
