"""Rows of a holdout that come again in disguise, keys that are none, and keys that are not unique: what a run says."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import IdentityError
from include.autopilot.drops.plan import load_plan
from include.autopilot.settings.identity import IdentityConfig
from tests.support.spellings import SPELLINGS
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import prepare, read_csv

SEALED = [row | {"id": str(5000 + number)} for number, row in enumerate(rows(1000, 12))]
NEW = rows(80, 20)


@pytest.fixture
def numbered(toy: Toy) -> Toy:
    """The sealed rows have numbers for keys."""
    toy.put("holdout/sealed.csv", csv_bytes(SEALED))
    return toy


def deliver(toy: Toy, table: list[dict[str, str]]) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(table))


def ruled(toy: Toy, **rules: Any) -> Toy:
    return replace(toy, config=replace(toy.config, identity=IdentityConfig(**rules)))


def refusal(toy: Toy) -> str:
    with pytest.raises(IdentityError) as caught:
        prepare(toy)
    assert not [key for key in toy.keys("runs/") if key.endswith("plan.json")]
    return str(caught.value)


def learned(toy: Toy, prepared: dict[str, Any]) -> list[list[str]]:
    """Every row that the run would train on or validate with: target and features."""
    found = []
    for drop in load_plan(toy.s3, prepared["plan"]).drops:
        for chunk in drop.prepared.chunks:
            found += read_csv(toy, f"{drop.prepared.folder}/{chunk}")
    return found


def cells(table: list[dict[str, str]]) -> list[list[str]]:
    return [[row["y"], row["a (b, c)"], row["d[1]"], row["colour"]] for row in table]


@pytest.mark.parametrize("spelling", ["{}.0", "0{}", "'{}", '="{}"', "\u200b{}"], ids=ascii)
def test_sealed_rows_under_keys_that_are_spelt_differently_stop_the_run(numbered: Toy, spelling: str) -> None:
    deliver(numbered, NEW + [row | {"id": spelling.format(row["id"])} for row in SEALED[:10]])
    text = refusal(numbered)
    key = spelling.format("5000")
    assert "10 rows of the drops have a key that spells that of a holdout's row in another way" in text
    assert f"{key!a} (2024-03-01/third.csv:22) and '5000' (sealed.csv:2); " in text
    assert "set identity: {same_key: warn} in toy.yaml if these are different keys." in text


def test_no_spelling_of_a_sealed_key_is_trained_on_under_any_rule(numbered: Toy) -> None:
    """Every spelling at once, with other content than the sealed row's, and the mildest rules."""
    # A NUL byte is refused wherever it stands.
    keys = [key for key in SPELLINGS if "\0" not in key]
    disguised = [row | {"id": key} for row, key in zip(rows(3000, len(keys)), keys, strict=True)]
    deliver(numbered, NEW + disguised)
    toy = ruled(numbered, same_key="warn", same_row="warn", repeated_keys="warn", placeholder_keys="warn")
    prepared = prepare(toy)
    trained = learned(toy, prepared)
    assert len(trained) == 100
    assert not [row for row in cells(disguised) if row in trained]


@pytest.mark.parametrize("rule", ["refuse", "warn"])
def test_two_spellings_in_two_drops(toy: Toy, rule: str, caplog: pytest.LogCaptureFixture) -> None:
    deliver(toy, NEW + [row | {"id": f'"{row["id"]}"'} for row in rows(3, 2)])
    toy = ruled(toy, same_key=rule)
    if rule == "refuse":
        text = refusal(toy)
    else:
        (finding,) = load_plan(toy.s3, prepare(toy)["plan"]).identity
        assert (finding.kind, finding.refused, finding.count) == ("same_key", False, 2)
        text = caplog.text
    assert "2 keys of the drops are spelt in several ways" in text
    assert "'row-3' (2024-01-01/first.csv:5) and '\"row-3\"' (2024-03-01/third.csv:22)" in text


def test_two_spellings_in_two_holdouts(numbered: Toy) -> None:
    numbered.put("holdout/second.csv", csv_bytes([rows(2000, 1)[0] | {"id": "5,000"}]))
    text = refusal(numbered)
    assert "1 keys of the holdouts are spelt in several ways" in text
    assert "'5000' (sealed.csv:2) and '5,000' (second.csv:2)" in text


def test_case_alone_only_warns(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    other = [row | {"id": row["id"].upper()} for row in rows(4000, 2)]
    deliver(toy, [*NEW, other[0] | {"id": "ROW-3"}, other[1] | {"id": "ROW-1000"}])
    with caplog.at_level(logging.WARNING):
        found = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert [(one.kind, one.refused, one.count) for one in found] == [("case", False, 1), ("case", False, 1)]
    assert "'ROW-1000' (2024-03-01/third.csv:23) and 'row-1000' (sealed.csv:2)" in caplog.text
    assert "'row-3' (2024-01-01/first.csv:5) and 'ROW-3' (2024-03-01/third.csv:22)" in caplog.text


def test_many_sealed_keys_in_another_case_stop_the_run_whatever_their_rows_say(toy: Toy) -> None:
    deliver(toy, NEW + [row | {"id": row["id"].upper(), "y": "7"} for row in rows(1000, 7)])
    text = refusal(toy)
    assert "key of a holdout's row but for upper and lower case (7 of the 12 of sealed): 'ROW-1000' (2024" in text
    assert "or set identity: {same_key: warn} in toy.yaml if these are different keys." in text
    (found,) = load_plan(toy.s3, prepare(ruled(toy, same_key="warn"))["plan"]).identity
    assert (found.kind, found.refused, found.count) == ("case", False, 7)


def test_half_of_the_sealed_keys_in_another_case_are_told(toy: Toy) -> None:
    deliver(toy, NEW + [row | {"id": row["id"].upper(), "y": "7"} for row in rows(1000, 6)])
    (found,) = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert (found.kind, found.refused, found.count) == ("case", False, 6)


def test_a_sealed_row_in_another_case_is_never_trained_on(toy: Toy) -> None:
    disguised = [row | {"id": row["id"].upper()} for row in rows(1000, 4)]
    deliver(toy, NEW + disguised)
    assert "4 rows of the drops have a key that spells that of a holdout's row" in refusal(toy)
    toy = ruled(toy, same_key="warn", same_row="warn")
    assert not [row for row in cells(disguised) if row in learned(toy, prepare(toy))]


def renamed(table: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same rows under new keys, their numbers written in another way."""
    return [
        row | {"id": f"new-{number}", "y": f"{float(row['y']):.6f}", "d[1]": f"{float(row['d[1]']):.15e}"}
        for number, row in enumerate(table)
    ]


def test_sealed_rows_under_new_keys_stop_the_run(toy: Toy) -> None:
    deliver(toy, NEW + renamed(rows(1000, 10)))
    text = refusal(toy)
    assert "10 rows of the drops have the features and the target of a holdout's row (10 of the 12 of sealed)" in text
    assert "'new-0' (2024-03-01/third.csv:22) and 'row-1000' (sealed.csv:2); " in text
    assert "set identity: {same_row: warn} in toy.yaml, or a higher same_row_share." in text


def test_a_few_equal_rows_are_kept_out_and_told(toy: Toy) -> None:
    toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 60)))
    disguised = renamed(rows(1000, 5))
    deliver(toy, NEW + disguised)
    prepared = prepare(toy)
    (finding,) = load_plan(toy.s3, prepared["plan"]).identity
    assert (finding.kind, finding.refused, finding.count) == ("same_row", False, 5)
    assert prepared["summary"]["held_out_rows"] == 5
    assert not [row for row in cells(disguised) if row in learned(toy, prepared)]


def test_a_table_of_few_distinct_rows_is_trained_on_where_the_model_says_so(toy: Toy) -> None:
    disguised = renamed(rows(1000, 10))
    deliver(toy, NEW + disguised)
    toy = ruled(toy, same_row="warn")
    prepared = prepare(toy)
    (finding,) = load_plan(toy.s3, prepared["plan"]).identity
    assert (finding.kind, finding.refused) == ("same_row", False)
    assert "they are left in the training" in finding.sentence
    assert all(row in learned(toy, prepared) for row in cells(disguised))


@pytest.mark.parametrize(("key", "count"), [("NULL", 2), ("nan", 5), ("N/A", 2), ("-", 2), ("0", 3)])
def test_keys_that_are_none_stop_the_run(toy: Toy, key: str, count: int) -> None:
    deliver(toy, NEW + [row | {"id": key} for row in rows(3000, count)])
    text = refusal(toy)
    assert f"Drop 2024-03-01: {count} rows have the key '{key}', which says that there is none" in text
    assert f"'{key}' (2024-03-01/third.csv:22) and '{key}' (2024-03-01/third.csv:23)" in text
    assert (", ..." in text) == (count > 3)
    assert "set identity: {placeholder_keys: warn} in toy.yaml if it is one." in text


def test_keys_that_are_none_are_told_where_the_model_says_so(toy: Toy) -> None:
    deliver(toy, NEW + [row | {"id": "NULL"} for row in rows(3000, 2)])
    found = load_plan(toy.s3, prepare(ruled(toy, placeholder_keys="warn"))["plan"]).identity
    assert [(one.kind, one.refused) for one in found] == [("placeholder", False), ("repeated", False)]


def test_a_row_without_a_key_in_each_of_two_drops_is_told(toy: Toy) -> None:
    toy.put("drops/2024-02-01/second.csv", csv_bytes([*rows(60, 20), rows(3000, 1)[0] | {"id": "N/A"}]))
    deliver(toy, [*NEW, rows(3001, 1)[0] | {"id": "n/a"}])
    kinds = {one.kind: one for one in load_plan(toy.s3, prepare(toy)["plan"]).identity}
    assert not kinds["placeholder"].refused
    assert "a row with keys like 'N/A', which say that there is none; of those that" in str(kinds["placeholder"])
    assert "'N/A' (2024-02-01/second.csv:22) and 'n/a' (2024-03-01/third.csv:22)" in str(kinds["placeholder"])


def test_rows_without_a_key_are_no_rows_of_a_holdout_without_one(toy: Toy) -> None:
    """One NULL in the holdout must not swallow the NULLs of a drop."""
    toy.put("holdout/second.csv", csv_bytes([row | {"id": "NULL"} for row in rows(2000, 1)]))
    deliver(toy, NEW + [row | {"id": "NULL"} for row in rows(3000, 4)])
    text = refusal(toy)
    assert "4 rows have the key 'NULL', which says that there is none; 4 of them are kept out of the training" in text


def test_rows_that_a_holdout_s_row_without_a_key_keeps_out_are_told_and_stop_no_run(
    toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    """``ND`` may be a key there, and a holdout that ran may not change."""
    toy.put("holdout/second.csv", csv_bytes([row | {"id": "NULL"} for row in rows(2000, 1)]))
    toy.put("drops/2024-02-01/second.csv", csv_bytes([*rows(60, 20), rows(3000, 1)[0] | {"id": "NULL"}]))
    deliver(toy, [*NEW, rows(3001, 1)[0] | {"id": "NULL"}])
    prepared = prepare(toy)
    assert (
        "1 rows of the holdouts have a key which says that there is none; rows of drops that have it too are kept out "
        "of the training, whatever they say (2 of them are known): 'NULL' (second.csv:2) and 'NULL' "
        "(2024-02-01/second.csv:22) and 'NULL' (2024-03-01/third.csv:22). Give every row its own key."
    ) in caplog.text
    assert prepared["summary"]["held_out_rows"] == 2
    shared, holdouts = load_plan(toy.s3, prepared["plan"]).identity
    assert "2 of them are kept out of the training, because a holdout has that key" in shared.sentence
    assert (holdouts.kind, holdouts.refused, holdouts.count) == ("placeholder", False, 1)


def test_a_holdout_s_row_without_a_key_that_hits_nothing_is_told(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes([row | {"id": "-"} for row in rows(2000, 1)]))
    (finding,) = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert (finding.kind, finding.refused) == ("placeholder", False)
    assert "rows of drops that have it too are kept out of the training, whatever they say:" in finding.sentence


def test_what_an_earlier_version_did_not_count_is_not_told_as_none(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes([row | {"id": "NULL"} for row in rows(2000, 1)]))
    toy.put("drops/2024-02-01/second.csv", csv_bytes([*rows(60, 20), rows(3000, 1)[0] | {"id": "NULL"}]))
    deliver(toy, [*NEW, rows(3001, 1)[0] | {"id": "NULL"}])
    prepare(toy)
    checks = [key for key in toy.keys("prepared/") if key.endswith("/check.json")]
    for key in checks:
        check = json.loads(toy.get(f"s3://toy-models/toy/{key}"))
        for one in check["placeholders"]:
            del one["keys"], one["alike"], one["held"]
        toy.put(key, json.dumps(check).encode())
    prepared = prepare(toy, key="20240301T000000-1a2b3c4e")
    assert prepared["summary"]["held_out_rows"] == 2
    shared, holdouts = load_plan(toy.s3, prepared["plan"]).identity
    assert "of those that are written alike, and that no holdout has, only the last is used" in shared.sentence
    assert "rows of drops that have it too are kept out of the training, whatever they say:" in holdouts.sentence
    assert "'NULL' (second.csv:2) and 'NULL' (2024-02-01/second.csv:22)" in str(holdouts)


def test_keys_that_are_none_are_told_as_they_are_written(toy: Toy) -> None:
    """Of those that are written in several ways each is used."""
    deliver(toy, NEW + [rows(3000, 2)[number] | {"id": key} for number, key in enumerate("-?")])
    text = refusal(toy)
    assert "2 rows have keys like '-', which say that there is none; of those that are written alike only the" in text
    assert "'-' (2024-03-01/third.csv:22) and '?' (2024-03-01/third.csv:23)" in text
    assert len(learned(toy, prepare(ruled(toy, placeholder_keys="warn")))) == 102


def test_one_row_with_the_key_0_is_a_row(toy: Toy) -> None:
    deliver(toy, [*NEW, rows(3000, 1)[0] | {"id": "0"}])
    prepared = prepare(toy)
    assert load_plan(toy.s3, prepared["plan"]).identity == ()
    assert len(learned(toy, prepared)) == 101


def patients(count: int, visits: int) -> list[dict[str, str]]:
    return [row | {"id": f"patient-{number % count}"} for number, row in enumerate(rows(3000, count * visits))]


def test_keys_that_are_not_unique_stop_the_run(toy: Toy) -> None:
    deliver(toy, patients(20, 10))
    text = refusal(toy)
    assert (
        "Drop 2024-03-01: 20 keys stand on 200 of its 200 rows. Of each key only the last row is used, so 180 rows are "
        "not; 180 of them say something else than it does:"
    ) in text
    assert "'patient-0' (2024-03-01/third.csv:2) and 'patient-0' (2024-03-01/third.csv:182)" in text
    assert "set identity: {repeated_keys: warn} in toy.yaml" in text


def test_rows_that_a_drop_repeats_are_not_called_superseded_by_a_newer_one(toy: Toy) -> None:
    deliver(toy, patients(20, 10))
    prepared = prepare(ruled(toy, repeated_keys="warn"))
    drop = prepared["summary"]["drops"][2]
    assert (drop["superseded"], drop["repeated"], drop["used"]) == (0, 180, 20)
    assert "0 superseded by newer drops, 180 repeated within a drop" in prepared["summary"]["sentence"]


@pytest.mark.parametrize(
    ("table", "fix"),
    [
        (rows(80, 20) * 3, "Rows that are repeated as they are lose nothing."),
        (NEW + [row | {"y": "1"} for row in rows(80, 2)], "So few look like corrections"),
    ],
    ids=["the same rows thrice", "two corrections"],
)
def test_repeats_that_lose_little_are_told(toy: Toy, table: list[dict[str, str]], fix: str) -> None:
    deliver(toy, table)
    (finding,) = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert (finding.kind, finding.refused) == ("repeated", False)
    assert fix in str(finding)


@pytest.mark.parametrize(
    "key",
    [
        *("1.23457E+18", "1.2345678901234568e+18", "9007199254740992.0", "1234567890123456789."),
        *(".00638E+12", ".23457E+11", ",5E+14", ".23457e+06"),
    ],
)
def test_a_long_number_that_a_tool_has_rounded_is_told(toy: Toy, key: str) -> None:
    one, other = (f"4{key}", f"2{key}") if key.startswith((".", ",")) else (key, f"2{key}")
    toy.put("holdout/second.csv", csv_bytes([rows(2000, 1)[0] | {"id": one}]))
    deliver(toy, [*NEW, rows(3000, 1)[0] | {"id": other}])
    holdouts, drops = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert (holdouts.kind, holdouts.refused, holdouts.count) == ("same_key", False, 1)
    assert str(holdouts).startswith(
        "1 rows of the holdouts have a long number for a key as a tool writes it that keeps"
    )
    assert f"'{other}' (2024-03-01/third.csv:22). Write such keys as text" in str(drops)


@pytest.mark.parametrize(
    "key", ["9007199254740993", "1.5E+10", "5000.0", "1e18", "CC+18", "1E+1", "12345678901234.00", "1e+05", "5.000E+03"]
)
def test_a_key_that_no_tool_has_rounded_is_not_told(toy: Toy, key: str) -> None:
    deliver(toy, [*NEW, rows(3000, 1)[0] | {"id": key}])
    assert load_plan(toy.s3, prepare(toy)["plan"]).identity == ()
