"""One column of a drop against the same column of the baseline: figures and the p-values of its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift import shift
from include.autopilot.drift.dates import moves_on
from include.autopilot.drift.profile import ColumnProfile, Kind, Numbers
from include.autopilot.drift.reading import Reading
from include.autopilot.drift.shape import Shape, categories_shape, numbers_shape

Outcome = Literal["none", "warn", "block"]
Role = Literal["feature", "target"]
Test = Literal["values", "missing", "outside", "unread", "foreign"]
# Numbers between these may be dates that are written like 20240131.
_FIRST_DAY, _LAST_DAY = 19000101, 22001231


@dataclass(frozen=True)
class ColumnDrift:
    """One column now and before. What is not defined for it, or could not be computed, is None.

    :param kind: what its values are compared as; those of ``text`` are not.
    :param missing_before: the share of missing cells in the baseline; ``missing_now``: in the drop.
    :param form: how its amounts are written in the baseline.
    :param unread_before: the share of filled cells that are not written so; ``unread_now``: in the drop;
        ``unread_like``: one of these.
    :param foreign_before: the share of those in another form among the baseline's cells that state something, which
        ``n/a`` does not; ``foreign_now``: in the drop.
    :param emptied: whether it had values and has none.
    :param range_before: the smallest and the largest number.
    :param outside: the share of (sampled) numbers beyond the range before; of categories, that of rows with one
        that the baseline does not have.
    :param unseen: values that neither the baseline nor the candidate's classes have.
    :param psi: the population stability index of the values.
    :param distance: how far the values are apart, from 0 to 1: the KS distance of numbers, the total variation distance
        of categories.
    :param moves_on: whether the values are dates that differ because time passes; such a difference is no drift.
    :param shape: how the values were distributed and are now; None where they were not compared.
    :param p: the p-value of every test made; a column that never varies is not tested.
    :param q: the q-values, once all columns are tested.
    :param reasons: why ``action`` is what it is, in words.
    """

    name: str
    role: Role
    kind: Kind
    missing_before: float
    missing_now: float
    emptied: bool
    form: str | None = None
    unread_before: float | None = None
    unread_now: float | None = None
    unread_like: str | None = None
    foreign_before: float | None = None
    foreign_now: float | None = None
    range_before: tuple[float, float] | None = None
    range_now: tuple[float, float] | None = None
    outside: float | None = None
    unseen: tuple[str, ...] = ()
    psi: float | None = None
    distance: float | None = None
    moves_on: bool = False
    shape: Shape | None = None
    p: Mapping[Test, float] = field(default_factory=dict)
    q: Mapping[Test, float] = field(default_factory=dict)
    action: Outcome = "none"
    reasons: tuple[str, ...] = ()

    @property
    def ks(self) -> float | None:
        """The KS distance of a column of numbers or amounts."""
        return self.distance if self.kind in ("numeric", "amount") else None


def compare_column(before: ColumnProfile, now: ColumnProfile, schema: Schema) -> ColumnDrift:
    """Return the figures and p-values of one column.

    :param schema: says which column is the target and which classes the candidate knows.
    """
    p: dict[Test, float] = {}
    if before.missing or now.missing:
        p["missing"] = shift.missing_test((before.present, before.missing), (now.present, now.missing))
    found: dict[str, Any] = {}
    if before.numbers is not None and now.numbers is not None:
        amounts = before.reading is not None
        found = _numbers(before.numbers, now.numbers, before.read if amounts else before.present, p, dates=not amounts)
        if before.reading is not None:
            found |= _unread(before, now, before.reading, p)
    elif before.categories is not None and now.categories is not None:
        found = _categories(before.categories, now.categories, p)
        classes = schema.labels if now.name == schema.target else ()
        found["unseen"] = tuple(sorted({*now.categories} - {*before.categories, *classes}))
    return ColumnDrift(
        name=now.name,
        role="target" if now.name == schema.target else "feature",
        kind=now.kind,
        missing_before=before.missing_share,
        missing_now=now.missing_share,
        emptied=_states_something(before) and not _states_something(now),
        p=p,
        **found,
    )


def _states_something(column: ColumnProfile) -> bool:
    return bool(column.present if column.reading is None else column.read + column.foreign)


def _unread(before: ColumnProfile, now: ColumnProfile, reading: Reading, p: dict[Test, float]) -> dict[str, Any]:
    """Compare how many cells are not written as the baseline's amounts are."""
    if before.unread or now.unread:
        p["unread"] = shift.missing_test((before.read, before.unread), (now.read, now.unread))
    if before.foreign or now.foreign:
        p["foreign"] = shift.missing_test((before.read, before.foreign), (now.read, now.foreign))
    unread = {"unread_before": before.unread_share, "unread_now": now.unread_share, "unread_like": now.odd}
    foreign = {"foreign_before": before.foreign_share, "foreign_now": now.foreign_share}
    return {"form": reading.told, **unread, **foreign}


def _numbers(before: Numbers, now: Numbers, ranged: int, p: dict[Test, float], dates: bool) -> dict[str, Any]:
    """Compare numbers.

    :param ranged: how many old values set the old range, more than are in the sample of a long table.
    :param dates: whether they may be dates in digits.
    """
    old, new = _range(before), _range(now)
    found: dict[str, Any] = {"range_before": old, "range_now": new}
    if old is None or new is None:
        return found
    if dates and before.whole and now.whole and old[0] >= _FIRST_DAY and new[1] <= _LAST_DAY:
        found["moves_on"] = moves_on(_texts(before), _texts(now))
    found["shape"] = numbers_shape(before.sample, now.sample)
    outside = int(((now.sample < old[0]) | (now.sample > old[1])).sum())
    found["outside"] = outside / len(now.sample)
    # What never varies in either sample cannot tell them apart; leaving it out by looking at both together is fair.
    if before.sample[0] == before.sample[-1] == now.sample[0] == now.sample[-1]:
        return found | {"psi": 0.0, "distance": 0.0}
    found["distance"], p["values"] = shift.ks(before.sample, now.sample)
    p["outside"] = shift.outside_test(outside, len(now.sample), ranged)
    return found | {"psi": shift.psi(*shift.numeric_bins(before.sample, now.sample))}


def _categories(before: Mapping[str, int], now: Mapping[str, int], p: dict[Test, float]) -> dict[str, Any]:
    if not before or not now:
        return {}
    if len({*before, *now}) > 1:
        p["values"] = shift.categories_test(before, now)
    bins = shift.category_bins(before, now)
    outside = sum(count for value, count in now.items() if value not in before) / sum(now.values())
    return {
        "psi": shift.psi(*bins),
        "distance": shift.total_variation(*bins),
        "outside": outside,
        "shape": categories_shape(before, now),
        "moves_on": moves_on(before, now),
    }


def _texts(numbers: Numbers) -> list[str]:
    return [str(int(number)) for number in numbers.sample]


def _range(numbers: Numbers) -> tuple[float, float] | None:
    if numbers.minimum is None or numbers.maximum is None:
        return None
    return numbers.minimum, numbers.maximum
