"""Amounts are compared as numbers where the baseline says so, and in the form that it states; all else as ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markupsafe import escape

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.columns import ColumnDrift
from include.autopilot.drift.comparison import Drift, drift_of
from include.autopilot.drift.look import look_at
from include.autopilot.drift.modelmonitor import constraints_of, profile_of_statistics, statistics_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import Profiler, profile_of
from include.autopilot.drift.reading import reading_of
from include.autopilot.drift.shown import drift_content, drift_html
from include.autopilot.settings.drift import DriftConfig
from tests.support.pricedtable import COLUMNS, SCHEMA, lines, rows

# Written by the release before amounts were compared: a baseline, and what it said of a drop against it.
EARLIER = json.loads(Path(__file__).with_name("before_amounts.json").read_text())
PRICE = COLUMNS.index("price")


def baseline(table: list[list[str]]) -> Profile:
    """As a run meets it: from its file."""
    return profile_of_statistics(json.loads(json.dumps(statistics_of(profile_of(lines(table), SCHEMA)))))


BASELINE = baseline(rows(300))


def priced(change: Callable[[int, str], str], count: int = 100) -> list[list[str]]:
    table = rows(count, 60)
    return [
        [*row[:PRICE], change(number, row[PRICE]), *row[PRICE + 1 :]]
        for number, row in enumerate(table)
    ]  # fmt: skip


def compared(table: list[list[str]], before: Profile = BASELINE) -> dict[str, ColumnDrift]:
    drift = drift_of(before, profile_of(lines(table), SCHEMA, before), SCHEMA)
    return {column.name: column for column in drift.columns}


def price(change: Callable[[int, str], str]) -> ColumnDrift:
    return compared(priced(change))["price"]


def test_a_baseline_of_an_earlier_release_is_read_as_then() -> None:
    before = profile_of_statistics(EARLIER["statistics"])
    assert statistics_of(before) == EARLIER["statistics"]
    found = compared(rows(40, 60), before)
    for name, then in EARLIER["columns"].items():
        now = found[name]
        assert (now.kind, now.moves_on, list(now.reasons), now.form) == (
            *(then["kind"], then["moves_on"], then["reasons"], None),
        )
        assert dict(now.p) == pytest.approx(then["p"])
        assert (now.psi, now.distance) == pytest.approx((then["psi"], then["distance"]))


def test_a_new_baseline_says_of_amounts_alone_that_they_are_read() -> None:
    features = {feature["name"]: feature for feature in statistics_of(profile_of(lines(rows(60)), SCHEMA))["features"]}
    then = {feature["name"]: feature for feature in EARLIER["statistics"]["features"]}
    # Dates in whatever ways, dates in digits, 1.803 among n/a, 1e-05, categories and texts are what they were.
    assert {name for name, feature in features.items() if feature != then[name]} == {"price"}
    assert features["price"]["string_statistics"] == {"common": {"num_present": 60, "num_missing": 0}}
    stated = features["price"]["compared_as"]
    assert {name: stated[name] for name in ("kind", "decimal", "unit", "told", "read", "unread")} == {
        "kind": "amount",
        "decimal": ".",
        "unit": "$",
        "told": "amounts of $ with a decimal point",
        "read": 60,
        "unread": 0,
    }
    constraints = {one["name"]: one for one in constraints_of(BASELINE)["features"]}
    assert constraints["price"] == {"name": "price", "inferred_type": "String", "completeness": 1.0}


@pytest.mark.parametrize(
    "cells",
    [
        ["1.0823", "11.2024", "n/a", *(f"{month}.2024" for month in range(1, 10))] * 9,
        [f"{number}e-05" for number in range(99)],
        [f"{number}e-05" for number in range(99)] + ["n/a"],
        [f"{month:02}/{day:02}/2024" for month in range(1, 12) for day in range(1, 12)],
        [f"2024{month:02}{day:02}.0" for month in range(1, 12) for day in range(1, 12)],
        [f"2024-01-{day:02}" for day in range(1, 29)] + ["2204-01-01"],
        [f"${number}" for number in range(99)] + [f"€{number}" for number in range(99)],
        ["$5", "$7", "$9"] * 50,
        # A thousand or one, with three digits behind the point.
        [f"€{number}.000" for number in range(1, 99)],
        [f"${number},000" for number in range(1, 99)],
        [f"B{number}" for number in range(99)],
        ["yes", "N", "no"] * 30,
        [],
    ],
)
def test_what_else_looks_like_amounts_is_not_read(cells: list[str]) -> None:
    assert reading_of(cells) is None


def test_the_same_amounts_are_no_drift_however_their_digits_are_grouped() -> None:
    for change in (str, lambda cell: cell.replace(",", ""), lambda cell: f" {cell[1:]}$ "):
        found = price(lambda _, cell, change=change: change(cell))  # type: ignore[misc]
        assert (found.action, found.kind, found.missing_now, found.unread_now) == ("none", "amount", 0.0, 0.0)
    # As texts nearly every one of them was new.
    assert len({row[PRICE] for row in rows(300)}) > 100


def test_other_amounts_are_told_as_numbers() -> None:
    found = price(lambda _, cell: f"${float(cell[1:].replace(',', '')) * 3:,.2f}")
    assert found.action == "warn"
    assert found.reasons[0].startswith("its values shifted (PSI ")
    assert "KS" in found.reasons[0]
    assert "of its values lie outside 1000.5 to 2100.5" in found.reasons[1]


@pytest.mark.parametrize(("share", "told"), [(4, "25.0%"), (1, "100.0%")])
def test_cells_in_another_form_are_counted_and_told(share: int, told: str) -> None:
    found = price(lambda number, cell: cell if number % share else f"€{cell[1:]}")
    assert (found.action, found.emptied, found.missing_now) == ("warn", False, 0.0)
    assert found.unread_like in {f"€{row[PRICE][1:]}" for row in rows(100, 60)[::share]}
    form = f"are not amounts of $ with a decimal point, but cells like '{found.unread_like}'"
    assert found.reasons == (f"{told} of its values {form}; 0.0% were not before",)


# Three of six features are amounts, which the schema does not say.
AMOUNTS = Schema(("y", "price", "fee", "tax", "a", "b", "c"), "y", ("y", "a", "b", "c"), ())


def three_amounts(seed: int, count: int, written: Callable[[int, int], str]) -> list[tuple[str, str]]:
    """Rows with amounts of three columns, each ``written`` from its column, 0 to 2, and the amount."""
    dice = np.random.default_rng(seed)
    amounts = dice.integers(10, 70, (count, 3)).tolist()
    numbers = dice.random((count, 4)).round(4).astype(str).tolist()
    table = [
        [y, *(written(at, amount) for at, amount in enumerate(row)), *others]
        for row, (y, *others) in zip(amounts, numbers, strict=True)
    ]
    return lines(table)


def dollars(_: int, amount: int) -> str:
    return f"${amount}.50"


def judged(written: Callable[[int, int], str], before: Callable[[int, int], str] = dollars, **rules: Any) -> Drift:
    statistics = statistics_of(profile_of(three_amounts(1, 1000, before), AMOUNTS))
    baseline_ = profile_of_statistics(json.loads(json.dumps(statistics)))
    assert [column.kind for column in baseline_.columns[1:4]] == ["amount"] * 3
    drop = profile_of(three_amounts(2, 200, written), AMOUNTS, baseline_)
    return drift_of(baseline_, drop, AMOUNTS, DriftConfig(**rules))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("${}.50", "€{}.50"),
        ("${}.50", "USD {}.50"),
        ("${}.50", "${},50"),
        ("{} kg", "{} lb"),
        ("{} kg", "{} g"),
        ("{} kg", "{}"),
        ("{} %", "unknown"),
    ],
)
def test_amounts_in_another_form_in_feature_after_feature_block(before: str, now: str) -> None:
    found = judged(lambda _, amount: now.format(amount), lambda _, amount: before.format(amount))
    price = found.columns[1]
    assert price.unread_like is not None
    assert re.fullmatch(re.escape(now).replace(r"\{\}", r"\d\d"), price.unread_like)
    assert found.blocks[0].startswith(
        "3 of 6 features that vary hold mostly values that the baseline never had, among them 'price' "
        f"(not {price.form}, but cells like {price.unread_like!r}), 'fee' (not "
    )
    assert len(found.blocks) == 1
    assert [text.split(":")[0] for text in found.warnings] == ["Column 'price'", "Column 'fee'", "Column 'tax'"]
    page = drift_html(drift_content(found))
    assert "<b>Blocks the run:</b> 3 of 6 features" in page
    assert f"but cells like {escape(repr(price.unread_like))}" in page


def or_nothing(nothing: str, share: float, written: str = "${}.50") -> Callable[[int, int], str]:
    """Amounts of which a share, by chance, is not stated."""
    dice = np.random.default_rng(5)
    return lambda _, amount: nothing if dice.random() < share else written.format(amount)


@pytest.mark.parametrize("nothing", ["n/a", " NULL ", "?"])
def test_more_cells_without_a_value_warn_as_empty_ones_do(nothing: str) -> None:
    for before in (0, 0.3):
        for now in (0.6, 0.85):
            found = judged(or_nothing(nothing, now), or_nothing(nothing, before))
            empty = judged(or_nothing("", now), or_nothing("", before))
            for drift in (found, empty):
                assert not [text for text in (*drift.blocks, *drift.warnings) if "never had" in text]
            assert (found.blocks, len(found.warnings)) == ((), 3)
            assert (empty.blocked, found.columns[1].unread_now) == (False, empty.columns[1].missing_now)
            assert f"but cells like {nothing!r}; " in found.warnings[0]
    # They are no other values, so only what is done about missing ones counts.
    rules = {"on_missing": "off", "on_feature": "block", "on_widespread": "off"}
    found = judged(lambda at, amount: nothing if (amount + at) % 4 else f"${amount}.50", **rules)
    assert (found.columns[1].action, found.columns[1].foreign_now) == ("none", 0.0)


def test_a_column_with_no_value_is_emptied_whatever_stands_in_its_cells() -> None:
    for written in (or_nothing("n/a", 1), lambda _, amount: "n/a" if amount % 2 else ""):
        price = judged(written, or_nothing("n/a", 0.3)).columns[1]
        assert (price.emptied, price.action) == (True, "block")
        assert judged(written, or_nothing("n/a", 0.3), on_emptied="warn").columns[1].action == "warn"


def test_of_the_values_that_are_stated_those_in_another_form_count() -> None:
    # A baseline that is mostly n/a, and a drop that is no less so: every value is in euros.
    found = judged(or_nothing("n/a", 0.6, "€{}.50"), or_nothing("n/a", 0.6))
    assert found.blocks[0].startswith("3 of 6 features that vary hold mostly values that the baseline never had")
    assert "cells like '€" in found.blocks[0]
    assert (found.columns[1].foreign_before, found.columns[1].foreign_now) == (0.0, 1.0)
    # As many cells are not read as before, but now they are in euros.
    most = or_nothing("n/a", 0.6)
    found = judged(lambda at, amount: most(at, amount).replace("n/a", f"€{amount}.50"), or_nothing("n/a", 0.6))
    assert (len(found.blocks), found.columns[1].unread_now) == (1, pytest.approx(0.6, abs=0.1))
    # A few in euros among many n/a: they are shown, and are too few to be most.
    few = or_nothing("n/a", 0.6)
    found = judged(lambda at, amount: few(at, amount).replace("$", "€" if amount % 10 == 7 else "$"))
    assert (found.blocks, len(found.warnings)) == ((), 3)
    assert all(re.search(r"but cells like '€\d7", text) for text in found.warnings)


def test_a_baseline_that_does_not_count_them_is_read() -> None:
    statistics = statistics_of(profile_of(three_amounts(1, 1000, or_nothing("n/a", 0.3)), AMOUNTS))
    assert statistics["features"][1]["compared_as"].pop("foreign") == 0
    column = profile_of_statistics(statistics).columns[1]
    assert (column.kind, column.foreign, column.read + column.unread) == ("amount", 0, 1000)


def test_the_rules_of_other_displaced_features_hold_for_amounts() -> None:
    def euros(_: int, amount: int) -> str:
        return f"€{amount}.50"

    # As for categories that are all new: one column of many, or two, are worth a word.
    for columns in (1, 2):
        found = judged(lambda at, amount, few=columns: (euros if at < few else dollars)(at, amount))  # type: ignore[misc]
        assert (found.blocks, len(found.warnings)) == ((), columns)
    assert judged(euros, displaced=0.5).blocked
    for rules in ({"displaced": 0.6}, {"on_displaced": "off"}):
        found = judged(euros, **rules)
        assert not found.blocked
        assert found.warnings[0].startswith("3 of 6 features that vary are distributed differently.")
    assert judged(euros, on_displaced="warn").warnings[0].startswith("3 of 6 features that vary hold mostly")
    assert judged(euros, on_displaced="off", on_widespread="block").blocked
    # The column by itself is what a column of other values is, whatever is done about a few such cells.
    for few, most, action in (("off", "warn", "warn"), ("warn", "block", "block"), ("block", "off", "block")):
        assert judged(euros, on_missing=few, on_feature=most).columns[1].action == action
    assert judged(euros, on_missing="off", on_feature="off").columns[1].action == "none"


def test_half_of_the_amounts_in_another_form_are_told_column_by_column() -> None:
    for odd, blocks in ((10, False), (40, False), (70, True)):
        found = judged(lambda _, amount, most=odd: f"{'€' if amount % 10 * 10 < most else '$'}{amount}.50")  # type: ignore[misc]
        assert (found.blocked, len(found.warnings)) == (blocks, 3)
        assert found.columns[1].unread_now == pytest.approx(odd / 100, abs=0.1)
    # Numbers beyond the range count with them: two fifths of the cells are in euros, half of the others are too large.
    found = judged(
        lambda _, amount: f"€{amount}.50" if amount % 10 < 4 else f"${amount * (100 if amount % 2 else 1)}.50"
    )
    assert (found.columns[1].unread_now or 0) < 0.5
    assert (found.columns[1].outside or 0) < 0.6
    assert found.blocks[0].endswith("search for a new template.")
    assert "'price', 'fee', 'tax'. See" in found.blocks[0]


def test_tenfold_amounts_with_a_cell_in_another_form_are_told_as_numbers() -> None:
    found = judged(lambda _, amount: "n/a" if amount == 30 else f"${amount}0.50")
    assert "among them 'price', 'fee', 'tax'. See" in found.blocks[0]


def test_fewer_amounts_in_another_form_are_not_shown_one() -> None:
    def sold(at: int, amount: int, every: int) -> str:
        return dollars(at, amount) if amount % every else "n/a"

    found = judged(lambda at, amount: sold(at, amount, 30), lambda at, amount: sold(at, amount, 7)).columns[1]
    assert found.unread_like == "n/a"
    (reason,) = found.reasons
    assert re.fullmatch(
        r"\d\.\d% of its values are not amounts of \$ with a decimal point; 1\d\.\d% were not before", reason
    )


def test_a_cell_shown_is_short_and_escaped() -> None:
    found = judged(lambda *_: "<b>" + "unknown " * 40)
    assert "but cells like '<b>unknown unknown unknown unknown…'" in found.blocks[0]
    assert "<b>unknown" not in drift_html(drift_content(found))


@pytest.mark.parametrize("cell", ["n/a", "1e-05", "€5", "1.234,50 $", "?", "five"])
def test_a_single_cell_in_another_form_is_shown(cell: str) -> None:
    table = priced(lambda number, told: told if number else cell)
    found = compared(table)["price"]
    assert (found.action, found.unread_now, found.range_now) == ("none", 0.01, found.range_now)
    page = drift_html(drift_content(drift_of(BASELINE, profile_of(lines(table), SCHEMA, BASELINE), SCHEMA)))
    assert "<td>amount: amounts of $ with a decimal point, 1.0% are not</td>" in page


def test_an_empty_cell_is_missing_and_a_column_of_them_is_emptied() -> None:
    found = price(lambda number, cell: cell if number % 2 else "")
    assert (found.missing_now, found.unread_now, found.action) == (0.5, 0.0, "warn")
    assert found.reasons == ("50.0% are missing; 0.0% were before",)
    emptied = price(lambda _, __: " ")
    assert (emptied.emptied, emptied.action) == (True, "block")


def test_a_slip_of_the_decimal_point_is_found() -> None:
    table = priced(lambda number, cell: "$12,345,678.00" if number == 7 else cell)
    far = look_at(lines(table), SCHEMA, BASELINE)[1].far
    assert [(column.name, [(cell.row, cell.value) for cell in column.cells]) for column in far] == [
        ("price", [("row-7", 12345678.0)])
    ]


def test_whole_amounts_are_no_days() -> None:
    before = baseline(
        [[*row[:PRICE], f"${20_240_101 + at % 28}", *row[PRICE + 1 :]] for at, row in enumerate(rows(60))]
    )
    later = [[*row[:PRICE], f"${20_240_201 + at % 28}", *row[PRICE + 1 :]] for at, row in enumerate(rows(60))]
    found = compared(later, before)["price"]
    assert (found.kind, found.moves_on, found.action) == ("amount", False, "warn")


def test_a_kind_of_a_later_release_is_text() -> None:
    statistics = statistics_of(profile_of(lines(rows(60)), SCHEMA))
    statistics["features"][PRICE]["compared_as"]["kind"] = "angle"
    column = profile_of_statistics(statistics).column("price")
    assert column is not None
    assert (column.kind, column.numbers) == ("text", None)


def test_dates_in_drops_are_compared_as_ever() -> None:
    # A late date in one drop, and none in the next: what follows it is not told month after month.
    late = rows(60, 60)
    late[3][COLUMNS.index("iso")] = "2204-01-01"
    for table in (late, rows(60, 120)):
        found = compared(table)
        assert {name: found[name].kind for name in ("iso", "due", "digits", "digits0", "version", "tiny")} == {
            "iso": "categorical",
            "due": "categorical",
            "digits": "numeric",
            "digits0": "numeric",
            "version": "categorical",
            "tiny": "numeric",
        }
        assert {found[name].form for name in found if name != "price"} == {None}


def test_of_a_long_table_shares_are_those_of_its_sample() -> None:
    table = rows(5000)
    for number in range(0, 5000, 50):
        table[number][PRICE] = "n/a"
    for number in range(1, 5000, 10):
        table[number][PRICE] = ""
    profile = profile_of(lines(table), SCHEMA)
    column = profile.column("price")
    assert column is not None
    assert (column.kind, column.present, column.missing) == ("amount", 4500, 500)
    assert column.numbers is not None
    assert column.read == len(column.numbers.sample)
    assert column.read + column.unread == pytest.approx(0.9 * 2048, rel=0.03)
    assert column.unread_share == pytest.approx(100 / 4500, rel=0.4)
    again: Any = profile_of_statistics(statistics_of(profile)).column("price")
    assert (again.kind, again.reading, again.read, again.unread) == (
        *("amount", column.reading, column.read, column.unread),
    )
    # A drop is counted whole.
    now = profile_of(lines(table), SCHEMA, profile).column("price")
    assert now is not None
    assert (now.read, now.unread, now.missing) == (4400, 100, 500)
    assert compared(table, profile)["price"].action == "none"


def test_neither_order_nor_pieces_matter() -> None:
    table = lines(rows(3000))
    expected = statistics_of(profile_of(table, SCHEMA))["features"][PRICE]
    table = [table[place] for place in np.random.default_rng(3).permutation(len(table))]
    pieces = Profiler(SCHEMA)
    for start in range(0, 3000, 700):
        pieces.add(table[start : start + 700])
    assert statistics_of(pieces.finish())["features"][PRICE] == expected
