from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets

from include.autopilot.base.csvlines import encode_line
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.comparison import Drift, drift_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import profile_of
from include.autopilot.settings.drift import DriftConfig

SCHEMA = Schema(("y", "a", "b", "flag", "zero", "colour"), "y", ("y", "a", "b", "flag", "zero"), ())
CLASSES = Schema(("y", "a"), "y", ("a",), ())

Row = list[str]


def table(seed: int, count: int) -> list[Row]:
    """Rows of one population: the target depends on two numbers; a flag, a constant and a category go with them."""
    dice = np.random.default_rng(seed)
    a, b = dice.normal(10, 2, count), dice.lognormal(0, 2, count)
    flag = dice.random(count) < 0.2
    colour = dice.choice(["red", "green", "blue"], count, p=[0.6, 0.3, 0.1])
    return [
        [repr(x + y / 10), repr(x), repr(y), str(int(up)), "0", hue]
        for x, y, up, hue in zip(a.tolist(), b.tolist(), flag.tolist(), colour.tolist(), strict=True)
    ]


def profile(rows: Sequence[Row], schema: Schema = SCHEMA, like: Profile | None = None) -> Profile:
    return profile_of(((f"row-{number}", encode_line(row)) for number, row in enumerate(rows)), schema, like)


BEFORE = table(1, 600)
BASELINE = profile(BEFORE)


def compare(before: Sequence[Row], now: Sequence[Row], schema: Schema = SCHEMA, **rules: Any) -> Drift:
    baseline = BASELINE if before is BEFORE else profile(before, schema)
    return drift_of(baseline, profile(now, schema, baseline), schema, DriftConfig(**rules))


def changed(name: str, change: Any, count: int = 60, seed: int = 2) -> list[Row]:
    """A drop whose one column is changed cell by cell."""
    place = SCHEMA.columns.index(name)
    return [[*row[:place], change(row[place]), *row[place + 1 :]] for row in table(seed, count)]


def actions(drift: Drift) -> dict[str, str]:
    return {column.name: column.action for column in drift.columns if column.action != "none"}


def of(drift: Drift, name: str) -> Any:
    return next(column for column in drift.columns if column.name == name)


def test_a_drop_of_the_same_population_does_not_drift() -> None:
    drift = compare(BEFORE, table(2, 60))
    assert (actions(drift), drift.warnings, drift.blocked) == ({}, (), False)
    assert drift.sentence == (
        "60 rows against the baseline's 600: no column drifted; nothing blocks the run; "
        f"a single column's shift shows from a KS distance of {drift.sensitivity:.2f}."
    )


def test_a_shifted_column_is_named_with_its_figures() -> None:
    drift = compare(BEFORE, changed("a", lambda cell: repr(float(cell) + 3)))
    assert actions(drift) == {"a": "warn"}
    column = of(drift, "a")
    assert column.ks > 0.4
    assert column.psi > 0.25
    assert column.q["values"] <= 0.01
    assert column.p["values"] <= column.q["values"]
    assert drift.warnings == (f"Column 'a': {'; '.join(column.reasons)}.",)
    assert f"its values shifted (PSI {column.psi:.2f}, KS {column.ks:.2f}, q" in drift.warnings[0]
    assert "1 of 6 columns drifted ('a'); nothing blocks" in drift.sentence


def test_a_category_seen_for_the_first_time_is_named() -> None:
    rows = changed("colour", lambda cell: "pink" if cell == "green" else cell)
    column = of(compare(BEFORE, rows), "colour")
    assert (column.action, column.unseen, column.ks) == ("warn", ("pink",), None)
    assert "total variation" in column.reasons[0]
    assert column.reasons[0].endswith(", new: 'pink')")


def test_one_row_of_a_new_category_is_no_drift() -> None:
    rows = table(2, 60)
    rows[0][5] = "pink"
    drift = compare(BEFORE, rows)
    assert actions(drift) == {}
    assert of(drift, "colour").unseen == ("pink",)


@pytest.mark.parametrize("filled", ["", "NaN"])
def test_missing_cells_are_drift_when_they_are_many(filled: str) -> None:
    dice = random.Random(3)  # noqa: S311 - a table, not a secret
    drift = compare(BEFORE, changed("b", lambda cell: filled if dice.random() < 0.3 else cell))
    column = of(drift, "b")
    assert actions(drift) == {"b": "warn"}
    assert column.reasons == (f"{column.missing_now:.1%} are missing; 0.0% were before",)
    assert 0.1 < column.missing_now < 0.5


def test_a_change_of_missing_cells_that_does_not_matter_is_not_told() -> None:
    rows = changed("b", lambda cell: "" if float(cell) > 30 else cell, count=600)
    column = of(compare(BEFORE, rows, missing=0.5), "b")
    assert column.q["missing"] <= 0.01
    assert not any("are missing" in reason for reason in column.reasons)


def test_a_column_that_is_emptied_blocks_even_a_small_drop() -> None:
    drift = compare(BEFORE, changed("colour", lambda _: "", count=5))
    assert drift.blocked
    assert drift.blocks == ("Column 'colour': it has no value at all; 0% were missing before.",)
    assert "the run is blocked" in drift.sentence


def test_a_column_that_is_mostly_empty_may_be_empty_by_chance() -> None:
    dice = random.Random(4)  # noqa: S311 - a table, not a secret
    before = [[*row[:2], row[2] if dice.random() < 0.02 else "", *row[3:]] for row in BEFORE]
    assert actions(compare(before, changed("b", lambda _: ""))) == {}


def test_a_column_that_is_filled_for_the_first_time() -> None:
    before = [[*row[:2], "", *row[3:]] for row in BEFORE]
    column = of(compare(before, table(2, 60)), "b")
    assert (column.action, column.psi, column.range_before) == ("warn", None, None)
    assert column.reasons == ("0.0% are missing; 100.0% were before",)


def test_empty_before_and_now_is_no_drift() -> None:
    before = [[*row[:5], ""] for row in BEFORE]
    drift = compare(before, changed("colour", lambda _: ""))
    assert actions(drift) == {}
    assert of(drift, "colour").p == {"missing": 1.0}


def test_a_constant_is_not_tested_until_it_moves() -> None:
    assert of(compare(BEFORE, table(2, 60)), "zero").p == {}
    column = of(compare(BEFORE, changed("zero", lambda _: "-1")), "zero")
    assert (column.action, column.ks, column.outside) == ("warn", 1.0, 1.0)
    assert column.reasons[1] == "100% of its values lie outside 0 to 0"
    same = [[*row[:5], "red"] for row in BEFORE]
    assert of(compare(same, same[:50]), "colour").p == {}


def test_values_beyond_the_range_show_before_the_distribution_does() -> None:
    rows = table(2, 60)
    for row in rows[:5]:
        row[1] = "40"
    column = of(compare(BEFORE, rows), "a")
    assert (column.action, column.q["values"] > 0.01, column.range_now[1]) == ("warn", True, 40.0)
    assert column.reasons[0].startswith("8% of its values lie outside")


def test_a_target_in_another_unit_blocks() -> None:
    drift = compare(BEFORE, changed("y", lambda cell: repr(float(cell) * 1000)))
    assert of(drift, "y").role == "target"
    assert drift.blocks[0].startswith("Column 'y': its values shifted")
    assert "hardly anything in common" in drift.blocks[0]


def test_a_target_that_moves_is_worth_a_word() -> None:
    assert actions(compare(BEFORE, changed("y", lambda cell: repr(float(cell) + 3)))) == {"y": "warn"}


def test_columns_in_each_others_places_block() -> None:
    rows = [[y, b, flag, a, zero, hue] for y, a, b, flag, zero, hue in table(2, 60)]
    drift = compare(BEFORE, rows)
    assert set(actions(drift)) == {"a", "b", "flag"}
    assert drift.blocks[0].startswith(
        "3 of 4 features that vary hold mostly values that the baseline never had, among "
    )
    assert "them 'a', 'b', 'flag'. See whether the columns are in their places" in drift.blocks[0]
    assert compare(BEFORE, rows, on_displaced="off").warnings[0].startswith("3 of 4 features that vary are distributed")
    assert compare(BEFORE, rows, on_displaced="warn").warnings[0].startswith("3 of 4 features that vary hold mostly")
    assert compare(BEFORE, rows, on_displaced="warn", on_widespread="block").blocked
    assert not compare(BEFORE, rows, displaced=0.9, on_widespread="off").blocked


def opened(load: Any) -> tuple[Schema, Profile, list[Row]]:
    """An open table in two halves: the baseline's profile, and the rows that drops are made of."""
    frame = load(as_frame=True).frame.astype(float)
    schema = Schema(tuple(frame.columns), "target", tuple(frame.columns[:-1]), ())
    rows = frame.astype(str).to_numpy()[np.random.default_rng(0).permutation(len(frame))].tolist()
    half = len(rows) // 2
    return schema, profile(rows[:half], schema), rows[half:]


@pytest.mark.parametrize("load", [datasets.load_breast_cancer, datasets.load_wine])
def test_rows_that_resemble_each_other_are_told_and_stop_nothing(load: Any) -> None:
    schema, baseline, rows = opened(load)
    table = np.array([row[:-1] for row in rows], dtype=float)
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    told = 0
    for middle in range(0, len(rows), len(rows) // 20):
        nearest = np.argsort(((scaled - scaled[middle]) ** 2).sum(axis=1))[:40]
        drift = drift_of(baseline, profile([rows[place] for place in nearest], schema, baseline), schema)
        assert not [text for text in drift.blocks if "features that vary" in text]
        told += any("such as one chemical series" in text for text in drift.warnings)
    assert told


@pytest.mark.parametrize("load", [datasets.load_breast_cancer, datasets.load_wine])
def test_columns_out_of_their_places_block_however_they_moved(load: Any) -> None:
    schema, baseline, rows = opened(load)
    width = len(schema.columns) - 1
    for seed in range(20):
        places = np.random.default_rng(seed).permutation(width).tolist()
        if seed < 10:
            places = [*range(seed + 1, width), *range(seed + 1)]
        moved = [[*(row[place] for place in places), row[-1]] for row in rows[:40]]
        drift = drift_of(baseline, profile(moved, schema, baseline), schema)
        assert any("hold mostly values that the baseline never had" in text for text in drift.blocks)


def test_classes() -> None:
    dice = random.Random(5)  # noqa: S311 - a table, not a secret
    rows = [[dice.choice(["0", "1"]), str(dice.gauss(0, 1))] for _ in range(700)]
    before, now = rows[:600], rows[600:]
    assert actions(compare(before, now, CLASSES)) == {}
    drift = compare(before, [["2", row[1]] if index < 1 else row for index, row in enumerate(now)], CLASSES)
    [sentence] = drift.blocks
    assert sentence.startswith("Column 'y': the baseline does not have the class '2'; search for a template that knows")
    known = Schema(CLASSES.columns, "y", ("a",), ("0", "1", "2"))
    assert of(compare(before, [["2", row[1]] for row in now[:1]] + now, known), "y").unseen == ()
    shares = compare(before, [["1", row[1]] for row in now], CLASSES)
    assert actions(shares) == {"y": "warn"}
    assert compare(before, [["3", row[1]] for row in now], CLASSES).blocked


def test_very_many_texts_are_compared_by_what_is_missing_alone() -> None:
    schema = Schema(("y", "name"), "y", ("y",), ())
    before = [[row[0], f"name {number}"] for number, row in enumerate(BEFORE)]
    drift = compare(before, [[row[0], f"other {number}"] for number, row in enumerate(table(2, 60))], schema)
    assert (of(drift, "name").kind, of(drift, "name").p, actions(drift)) == ("text", {}, {})
    assert actions(compare(before, [[row[0], ""] for row in table(2, 60)], schema)) == {"name": "block"}


@pytest.mark.parametrize("count", [1, 2])
def test_so_few_rows_say_so_instead_of_crying_wolf(count: int) -> None:
    drift = compare(BEFORE, changed("a", lambda cell: repr(float(cell) + 3), count=count))
    assert (actions(drift), drift.sensitivity is None) == ({}, count == 1)
    assert ("so few rows cannot be told from chance" in drift.sentence) == (count == 1)


def test_a_small_drop_sees_less_than_a_large_one() -> None:
    small, large = compare(BEFORE, table(2, 25)), compare(BEFORE, table(2, 500))
    assert small.sensitivity is not None
    assert large.sensitivity is not None
    assert small.sensitivity > 2 * large.sensitivity


def test_a_difference_that_does_not_matter_is_not_told_however_certain() -> None:
    before = table(1, 2048)
    now = [[row[0], repr(float(row[1]) + 0.4), *row[2:]] for row in table(2, 2048)]
    column = of(compare(before, now), "a")
    assert column.q["values"] < 0.01
    assert (column.action, column.psi < 0.1) == ("none", True)
    assert of(compare(before, now, psi=0.02), "a").action == "warn"


def test_what_is_done_is_configured() -> None:
    rows = changed("a", lambda cell: repr(float(cell) + 3))
    assert compare(BEFORE, rows, on_feature="block").blocked
    off = compare(BEFORE, rows, on_feature="off", on_outside="off")
    assert (actions(off), of(off, "a").psi > 0.25) == ({}, True)


def test_a_drop_without_rows_is_compared_without_a_word() -> None:
    drift = compare(BEFORE, [])
    assert (actions(drift), drift.tests, drift.rows_now, drift.sensitivity) == ({}, 0, 0, None)


def test_profiles_of_different_columns_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="different columns"):
        drift_of(profile(BEFORE), profile([["1", "2"]], CLASSES), SCHEMA)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 80), dice=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(seed: int, count: int, dice: random.Random) -> None:
    rows = table(seed, count)
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert compare(BEFORE, shuffled) == compare(BEFORE, rows)


@pytest.mark.parametrize("count", [25, 60, 120])
def test_exchangeable_drops_are_rarely_flagged_and_never_blocked(count: int) -> None:
    # Baseline and drop are one population, so every flag is false, and the rate of flagged drops is what fdr bounds.
    fdr, drops = 0.2, 40
    flagged = 0
    for seed in range(drops):
        rows = table(1000 + seed, 300 + count)
        drift = compare(rows[:300], rows[300:], fdr=fdr, psi=0.0, outside=0.001)
        flagged += bool(drift.warnings)
        assert not drift.blocked
    # Three standard deviations of the binomial; the seeds are fixed.
    assert flagged / drops <= fdr + 3 * np.sqrt(fdr * (1 - fdr) / drops)


def test_numbers_that_are_dates_are_no_drift_while_they_move_on() -> None:
    def days(first: int) -> list[Row]:
        return [[*row[:2], str(first + number % 28), *row[3:]] for number, row in enumerate(table(3, 100))]

    before = days(20240101)
    assert (actions(compare(before, days(20240201))), of(compare(before, days(20240201)), "b").moves_on) == ({}, True)
    back = compare(before, days(20231201))
    assert (actions(back), of(back, "b").moves_on) == ({"b": "warn"}, False)
