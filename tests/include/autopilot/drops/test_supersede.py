"""Rows whose key comes again: which of them count, and what the features and manifests become."""

from __future__ import annotations

import csv
import io
import json
import struct
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import RunError
from include.autopilot.drops.plan import load_plan
from include.autopilot.drops.split import side
from include.autopilot.settings.window import Newest
from tests.support import flows
from tests.support.superseded import Form, again, features_of, featurize
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, KEY, MARCH, predict, prepare


def listed(toy: Toy, key: str, name: str) -> list[str]:
    head, *files = json.loads(toy.get(f"s3://toy-models/toy/runs/{key}/manifest/{name}.manifest"))
    return [head["prefix"] + file for file in files]


@pytest.mark.parametrize("form", ["recordio", "csv"])
def test_the_newest_row_of_a_key_is_trained_on_and_features_are_made_once(toy: Toy, form: Form) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    first = prepare(toy, FEBRUARY, "20240201T000000-00000001")
    featurize(toy, first["featurize"], form)
    second = prepare(toy)
    featurize(toy, second["featurize"], form)
    assert len(second["featurize"]) == 1
    flows.training_request(toy, first["plan"])
    flows.training_request(toy, second["plan"])
    newest = {row["id"]: row for row in [*rows(0, 100), *again(range(10, 25), add=1.0)]}
    for name in ("train", "validation"):
        found = b"".join(toy.get(uri) for uri in listed(toy, KEY, name))
        order = [*range(10), *range(25, 100), *range(10, 25)]
        expected = [newest[f"row-{number}"] for number in order if side(f"row-{number}", 0.2) == name]
        lines = [next(io.BytesIO(csv_line(row))) for row in expected]
        assert found == b"".join(features_of(line, form) for line in lines)
        # The earlier run reads what the job wrote, the later one a copy of the drop that was touched alone.
        before, after = listed(toy, "20240201T000000-00000001", name), listed(toy, KEY, name)
        assert before[1] == after[1]
        assert "/without/" in after[0]
        assert after[0].startswith(before[0].removesuffix(f"/{name}/chunk_0.csv.out"))


def csv_line(row: dict[str, str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([row["y"], row["a (b, c)"], row["d[1]"], row["colour"]])
    return buffer.getvalue().encode()


def test_rows_without_a_target_are_counted_in_the_sentence(toy: Toy) -> None:
    toy.put("drops/2024-02-01/second.csv", csv_bytes([row | {"y": ""} for row in rows(90, 2)] + rows(100, 1)))
    assert "0 repeated within a drop, 2 without a target; " in prepare(toy)["summary"]["sentence"]


def test_it_is_counted_and_reported(toy: Toy) -> None:
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(60, 20) + again(range(3, 4)) + again(range(5, 6), add=2.0)))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(5, 7), add=1.0)))
    summary = prepare(toy)["summary"]
    assert summary["superseded_rows"] == 4
    assert [drop["superseded"] for drop in summary["drops"]] == [3, 1, 0]
    assert summary["training_rows"] + summary["validation_rows"] == 100
    assert "4 superseded by newer drops" in summary["sentence"]
    assert summary["conflicts"]["keys"] == 2
    five = summary["conflicts"]["examples"][0]
    measured = float(rows(5, 1)[0]["y"])
    assert five["key"] == "row-5"
    assert [row["row"] for row in five["rows"]] == [
        "2024-03-01/third.csv:22", "2024-02-01/second.csv:23", "2024-01-01/first.csv:7",
    ]  # fmt: skip
    assert [float(row["target"]) for row in five["rows"]] == pytest.approx([measured + 1, measured + 2, measured])


@pytest.mark.parametrize("conflicting", [True, False])
def test_the_report_tells_superseded_rows_and_conflicts(toy: Toy, conflicting: bool) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(5, 7), add=1.0 if conflicting else 0.0)))
    prepared = prepare(toy)
    output = predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model"))
    flows.evaluate(toy, prepared["plan"], output)
    written = flows.report(toy, prepared["plan"], [])
    found = json.loads(toy.get(written["json"]))
    assert [drop["superseded"] for drop in found["drops"]] == [2, 0, 0]
    assert found["conflicts"]["keys"] == (2 if conflicting else 0)
    page = " ".join(toy.get(written["html"]).decode().split())
    first = f"{float(rows(5, 1)[0]['y']) + 1:.3f}".rstrip("0")
    both = f"{first} (2024-03-01/third.csv:22, used), {rows(5, 1)[0]['y']} (2024-01-01/first.csv:7)"
    told = f"<li><code>row-5</code>: {both}</li>"
    assert (told in page) is conflicting
    assert ("2 keys have rows that do not agree on y; the newest counts:" in page) is conflicting
    assert "built-in" not in page


def test_the_same_number_written_otherwise_is_no_conflict(toy: Toy) -> None:
    row = rows(5, 1)[0]
    toy.put("drops/2024-03-01/third.csv", csv_bytes([*rows(80, 20), row | {"y": f"{row['y']}00"}]))
    summary = prepare(toy)["summary"]
    assert (summary["superseded_rows"], summary["conflicts"]) == (1, {"keys": 0, "examples": ()})


def test_within_a_drop_the_later_file_and_then_the_later_line_counts(toy: Toy) -> None:
    toy.put("drops/2024-03-01/a.csv", csv_bytes([*again(range(80, 81), 1.0), *again(range(80, 81), 2.0)]))
    conflicts = prepare(toy)["summary"]["conflicts"]
    (example,) = conflicts["examples"]
    assert [row["row"].partition("/")[2] for row in example["rows"]] == ["third.csv:2", "a.csv:3", "a.csv:2"]
    plan = load_plan(toy.s3, f"s3://toy-models/toy/runs/{KEY}/plan.json")
    assert plan.training_rows + plan.validation_rows == 100


def test_of_two_drops_of_one_day_the_later_number_counts(toy: Toy) -> None:
    toy.put("drops/2024-03-01-2/x.csv", csv_bytes(again(range(80, 82), 1.0)))
    summary = prepare(toy)["summary"]
    assert [(drop["drop"], drop["superseded"]) for drop in summary["drops"][2:]] == [
        ("2024-03-01", 2), ("2024-03-01-2", 0),
    ]  # fmt: skip


def test_a_drop_delivered_again_is_as_new_as_its_last_delivery(toy: Toy) -> None:
    toy.put("drops/2024-02-01/second.csv", csv_bytes(again(range(10), 1.0) + rows(60, 20)))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(0, 60)))
    summary = prepare(toy)["summary"]
    assert [(drop["used"], drop["superseded"], drop["repeats"]) for drop in summary["drops"]] == [
        (60, 0, None), (20, 10, None), (0, 0, "2024-01-01"),
    ]  # fmt: skip


def test_rows_without_a_target_and_held_out_rows_supersede_nothing(toy: Toy) -> None:
    table = [row | {"y": ""} for row in rows(0, 5)] + rows(1000, 3) + rows(80, 20)
    toy.put("drops/2024-03-01/third.csv", csv_bytes(table))
    assert prepare(toy)["summary"]["superseded_rows"] == 0


def test_a_drop_that_is_superseded_whole_needs_no_features(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(again(range(60, 80), 1.0)))
    prepared = prepare(toy)
    assert prepared["summary"]["drops"][1]["used"] == 0
    assert len(prepared["featurize"]) == 2
    featurize(toy, prepared["featurize"], "csv")
    flows.training_request(toy, prepared["plan"])
    assert len(listed(toy, KEY, "train")) == 2


def test_a_later_drop_changes_no_earlier_run(toy: Toy) -> None:
    before = prepare(toy, FEBRUARY)
    toy.put("drops/2024-02-02/planted.csv", csv_bytes(again(range(30), 5.0)))
    assert prepare(toy, FEBRUARY) == before
    assert prepare(toy, MARCH, key="20240301T000000-00000003")["summary"]["superseded_rows"] == 30


def test_copies_are_made_once(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "recordio")
    flows.training_request(toy, prepared["plan"])

    def times() -> dict[str, Any]:
        found = toy.s3.list_objects_v2(Bucket="toy-models", Prefix="toy/features/")["Contents"]
        return {entry["Key"]: entry["LastModified"] for entry in found if "/without/" in entry["Key"]}

    made = times()
    assert len(made) == 2
    other = prepare(toy, key="20240301T000000-00000002")
    flows.training_request(toy, other["plan"])
    assert times() == made
    assert listed(toy, KEY, "train") == listed(toy, "20240301T000000-00000002", "train")


def test_features_with_another_number_of_records_are_refused(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "recordio")
    folder = load_plan(toy.s3, prepared["plan"]).drops[0].features
    uri = f"{folder}/train/chunk_0.csv.out"
    body = toy.get(uri)
    cut = body[: 8 + struct.unpack_from("<I", body, 4)[0] + -struct.unpack_from("<I", body, 4)[0] % 4]
    toy.put(uri.removeprefix("s3://toy-models/toy/"), cut)
    with pytest.raises(RunError, match=r"chunk_0\.csv\.out has 1 records for the \d+ rows of its chunk"):
        flows.training_request(toy, prepared["plan"])
    assert not [key for key in toy.keys("features/") if "/without/" in key]


def test_the_fit_of_a_featurizer_leaves_superseded_rows_out_too(toy: Toy) -> None:
    from include.autopilot.drops.manifest import write_fit_manifest

    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    write_fit_manifest(toy.s3, plan)
    lines = b"".join(toy.get(uri) for uri in listed(toy, KEY, "fit")).splitlines()
    assert len(lines) == plan.training_rows == sum(side(f"row-{number}", 0.2) == "train" for number in range(100))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"scope": "full"}, ["2024-01-01", "2024-02-01", "2024-03-01"]),
        ({"scope": "new"}, ["2024-03-01"]),
        ({"scope": "last", "last_drops": 2}, ["2024-02-01", "2024-03-01"]),
        ({"scope": "last", "last_drops": 9}, ["2024-01-01", "2024-02-01", "2024-03-01"]),
    ],
)
def test_the_data_scope(toy: Toy, options: dict[str, Any], expected: list[str]) -> None:
    summary = prepare(toy, **options)["summary"]
    assert [drop["drop"] for drop in summary["drops"]] == expected
    assert summary["scope"] == {"full": "full", "new": "last 1"}.get(
        options["scope"], f"last {options.get('last_drops')}"
    )


@pytest.mark.parametrize(
    ("window", "expected", "words"),
    [
        ("all", ["2024-01-01", "2024-02-01", "2024-03-01"], "full"),
        (Newest(drops=2), ["2024-02-01", "2024-03-01"], "last 2"),
        (Newest(days=30), ["2024-02-01", "2024-03-01"], "last 30 days"),
        # Of the 29 days up to the first of March the first of February is none.
        (Newest(days=29), ["2024-03-01"], "last 29 days"),
    ],
)
def test_the_window_of_the_yaml(toy: Toy, window: Any, expected: list[str], words: str) -> None:
    toy.config = replace(toy.config, window=window)
    prepared = prepare(toy)
    assert [drop["drop"] for drop in prepared["summary"]["drops"]] == expected
    plan = load_plan(toy.s3, prepared["plan"])
    assert (plan.window, prepared["summary"]["scope"]) == (window, words)
    assert len(prepare(toy, scope="full")["summary"]["drops"]) == 3


def test_a_window_of_days_without_a_drop_stops_the_run(toy: Toy) -> None:
    toy.config = replace(toy.config, window=Newest(days=7))
    with pytest.raises(RunError, match=r"No drop is of the 7 days up to 2024-06-01.*; the newest is 2024-03-01\."):
        prepare(toy, datetime(2024, 6, 1, tzinfo=UTC))


def test_a_late_drop_is_older_than_what_was_there(toy: Toy) -> None:
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "csv")
    late = again(range(60, 62), 9.0) + again(range(20, 22), 9.0) + rows(200, 10)
    toy.put("drops/2024-01-15/late.csv", csv_bytes(late))
    after = prepare(toy, key="20240301T000000-00000002")
    assert [request["TransformJobName"][:22] for request in after["featurize"]] == ["toy-featurize-20240115"]
    # It supersedes January's rows, and February's supersede its own.
    assert [(drop["drop"], drop["superseded"]) for drop in after["summary"]["drops"]] == [
        ("2024-01-01", 2), ("2024-01-15", 2), ("2024-02-01", 0), ("2024-03-01", 0),
    ]  # fmt: skip


def test_months_without_a_drop_or_without_rows(toy: Toy) -> None:
    assert len(prepare(toy, datetime(2024, 6, 1, tzinfo=UTC), "a")["summary"]["drops"]) == 3
    toy.put("drops/2024-04-01/empty.csv", csv_bytes([]))
    summary = prepare(toy, datetime(2024, 6, 1, tzinfo=UTC), "b")["summary"]
    assert summary["drops"][3] | {"rows": 0, "used": 0} == summary["drops"][3]
    assert summary["featurize"] == 3
    with pytest.raises(RunError, match="leave 0 training and 0 validation rows"):
        prepare(toy, datetime(2024, 6, 1, tzinfo=UTC), "c", scope="new")


def test_a_drop_of_the_future_is_not_seen_before_its_date(toy: Toy) -> None:
    toy.put("drops/2030-01-01/future.csv", b"not even CSV \xff")
    assert len(prepare(toy)["summary"]["drops"]) == 3
