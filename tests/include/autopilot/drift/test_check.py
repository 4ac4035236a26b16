"""Drift in a run: what is compared, what is written, what stops it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import DriftError
from include.autopilot.drift.baseline import read_baseline
from include.autopilot.drift.check import check_drift
from include.autopilot.drops.plan import load_plan, save_plan
from include.autopilot.drops.sealing import seal_run
from include.autopilot.flows import retrain
from include.autopilot.settings.config import parse_model
from include.autopilot.settings.drift import DriftConfig
from include.autopilot.settings.options import RunOptions
from tests.support import flows
from tests.support.toy import YAML, Toy, csv_bytes, rows
from tests.support.toyruns import KEY, predict, prepare

APRIL = datetime(2024, 4, 1, tzinfo=UTC)


def moved(first: int, count: int, **add: float) -> list[dict[str, str]]:
    """Rows whose numbers are another population's."""
    return [row | {name: str(float(row[name]) + by) for name, by in add.items()} for row in rows(first, count)]


def drop_plan(toy: Toy, cutoff: datetime = APRIL, key: str = KEY, **options: Any) -> str:
    uri: str = retrain.prepare(toy.s3, toy.sagemaker, toy.config, cutoff, RunOptions(**options), key)["plan"]  # type: ignore[arg-type]
    return uri


def checked(toy: Toy, plan: str, config: DriftConfig | None = None) -> dict[str, Any]:
    return check_drift(toy.s3, replace(toy.config, drift=config or toy.config.drift), load_plan(toy.s3, plan))


def check(toy: Toy, config: DriftConfig | None = None, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    found = checked(toy, drop_plan(toy, **options), config)
    return found, json.loads(toy.get(found["json"]))


def test_the_baseline_is_what_the_search_saw_and_stays_what_it_is(toy: Toy) -> None:
    _, content = check(toy)
    made, folder = content["baseline"], content["baseline"]["folder"]
    assert made["drops"] == ["2024-01-01"]
    assert made["why"] == "the drops up to 2024-01-01, which the search saw"
    profile = read_baseline(toy.s3, folder)
    assert profile.rows == 60
    target = profile.column("y")
    assert target is not None
    assert target.numbers is not None
    assert target.numbers.maximum == max(float(row["y"]) for row in rows(0, 60))
    # A drop of an older date that comes later was not seen by the search.
    before = toy.get(f"{folder}/statistics.json")
    toy.put("drops/2023-12-01/late.csv", csv_bytes(rows(300, 30)))
    found, content = check(toy)
    assert content["baseline"] == made
    assert toy.get(f"{folder}/statistics.json") == before
    assert list(found["drops"]) == ["2023-12-01", "2024-02-01", "2024-03-01"]


def test_every_drop_that_is_not_the_baseline_is_compared(toy: Toy) -> None:
    found, content = check(toy)
    assert list(found["drops"]) == ["2024-02-01", "2024-03-01"]
    assert found["drops"]["2024-02-01"].startswith("20 rows against the baseline's 60: no column drifted")
    assert content["baseline"]["drops"] == ["2024-01-01"]
    assert content["thresholds"]["psi"] == 0.1
    page = toy.get(found["html"]).decode()
    assert "<h2>Drop 2024-03-01</h2>" in page
    assert "Compared with the drops up to 2024-01-01, which the search saw: 2024-01-01." in page
    assert "SYNTHETIC" not in page


def test_dates_that_move_on_are_told_once_and_are_no_drift(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    def dated(first: int, count: int, month: int) -> list[dict[str, str]]:
        days = [f"2024-{month:02}-{day:02}" for day in (1, 11, 21)]
        return [row | {"colour": days[number % 3]} for number, row in enumerate(rows(first, count))]

    for month, name, (first, count) in ((1, "first", (0, 60)), (2, "second", (60, 20)), (3, "third", (80, 20))):
        toy.put(f"drops/2024-{month:02}-01/{name}.csv", csv_bytes(dated(first, count, month)))
    with caplog.at_level(logging.WARNING):
        _, content = check(toy)
    (told,) = content["warnings"]
    assert told.startswith("The dates of 'colour' move on with the drops")
    assert [drop["warnings"] for drop in content["drops"]] == [[], []]
    assert caplog.text.count("'colour'") == 1
    _, quiet = check(toy, DriftConfig(on_feature="off"))
    assert quiet["warnings"] == []


def test_a_run_on_the_baseline_alone_has_nothing_to_compare(toy: Toy) -> None:
    prepared = prepare(toy, datetime(2024, 1, 15, tzinfo=UTC))
    found = checked(toy, prepared["plan"])
    assert found["drops"] == {}
    assert "there is nothing to compare" in toy.get(found["html"]).decode()


def test_a_shift_that_retraining_cures_is_told_and_stops_nothing(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.put("drops/2024-04-01/x.csv", csv_bytes(moved(400, 60, **{"d[1]": 2.0})))
    with caplog.at_level(logging.WARNING):
        _, content = check(toy)
    (april,) = [drop for drop in content["drops"] if drop["drop"] == "2024-04-01"]
    assert (april["blocked"], april["columns"][0]["name"]) == (False, "d[1]")
    assert "Drop 2024-04-01: Column 'd[1]': its values shifted (PSI" in caplog.text


def test_a_target_in_another_unit_stops_the_run_before_any_job(toy: Toy) -> None:
    toy.put("drops/2024-04-01/x.csv", csv_bytes(moved(400, 60, y=1000.0)))
    with pytest.raises(DriftError) as caught:
        check(toy)
    text = str(caught.value)
    assert text.startswith("Drop 2024-04-01: Column 'y': ")
    assert "its values have hardly anything in common with the baseline's; see to its unit" in text
    assert "No job was started; s3://toy-models/toy/runs/" in text
    assert "say in the drift section of toy.yaml that this is to be a warning." in text
    assert toy.keys("runs/20240301T000000-1a2b3c4d/drift.html")
    # It goes on being refused, until somebody decides otherwise.
    with pytest.raises(DriftError):
        check(toy, key="20240401T000000-00000002")
    assert not toy.keys("sealed/")
    # No run has used it: it may be corrected where it lies.
    toy.put("drops/2024-04-01/x.csv", csv_bytes(rows(400, 60)))
    check(toy)


def test_what_would_stop_a_run_can_be_a_warning(toy: Toy) -> None:
    toy.put("drops/2024-04-01/x.csv", csv_bytes(moved(400, 60, y=1000.0)))
    _, content = check(toy, DriftConfig(on_apart="warn"))
    assert content["drops"][-1]["warnings"]


def with_targets(first: int, count: int, **targets: str) -> bytes:
    """A drop whose rows with these numbers have other targets."""
    return csv_bytes(
        [row | {"y": targets.get(f"at_{place}", row["y"])} for place, row in enumerate(rows(first, count))]
    )


@pytest.mark.parametrize("day", ["2024-01-01", "2024-04-01"], ids=["in the baseline", "in a later drop"])
def test_an_absurd_target_stops_the_run_and_is_named_by_file_line_and_key(toy: Toy, day: str) -> None:
    file = f"{day}/first.csv"
    toy.put(f"drops/{file}", with_targets(200, 60, at_7="1e6"))
    with pytest.raises(DriftError) as caught:
        check(toy)
    expected = f"The target 'y' has 1 value far outside what is usual: 1000000 in {file} line 9 (key 'row-207'). "
    assert str(caught.value).startswith(expected)
    assert "Nine in ten values lie within" in str(caught.value)
    assert "deliver the corrected rows in a newer drop under the same keys" in str(caught.value)


def test_targets_in_another_unit_are_named_one_by_one(toy: Toy) -> None:
    table = [row | {"y": str(6.5 + float(row["y"]) / 4)} for row in rows(200, 61)]
    for place in (3, 20, 50):
        table[place]["y"] = str(1000 * float(table[place]["y"]))
    toy.put("drops/2024-01-01/first.csv", csv_bytes(table))
    with pytest.raises(DriftError) as caught:
        check(toy)
    text = str(caught.value)
    assert "The target 'y' has 3 values far outside what is usual: " in text
    for place in (3, 20, 50):
        assert f"in 2024-01-01/first.csv line {place + 2} (key 'row-{200 + place}')" in text


def test_a_run_without_a_baseline_of_any_use_holds_a_drop_against_itself(toy: Toy) -> None:
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(0, 4)))
    toy.put("drops/2024-02-01/second.csv", with_targets(60, 40, at_5="-2e7"))
    with pytest.raises(DriftError, match=r"-20000000 in 2024-02-01/second\.csv line 7 \(key 'row-65'\)"):
        check(toy)


def test_an_absurd_target_that_a_newer_drop_corrects_stops_nothing(toy: Toy) -> None:
    toy.put("drops/2024-02-01/second.csv", with_targets(60, 20, at_4="1e6", at_5="1e6"))
    with pytest.raises(DriftError):
        check(toy)
    toy.put("drops/2024-03-02/corrected.csv", csv_bytes(rows(64, 1)))
    with pytest.raises(DriftError) as caught:
        check(toy)
    assert "has 1 value far outside" in str(caught.value)
    assert "row-65" in str(caught.value)
    toy.put("drops/2024-03-02/corrected.csv", csv_bytes(rows(64, 2)))
    _, content = check(toy)
    assert content["warnings"] == content["blocks"] == []


def test_an_absurd_feature_is_told_and_an_absurd_target_may_be(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    table = rows(200, 60)
    table[3]["d[1]"] = "1e30"
    table[4]["y"] = "1e6"
    toy.put("drops/2024-04-01/x.csv", csv_bytes(table))
    with caplog.at_level(logging.WARNING):
        found, content = check(toy, DriftConfig(on_far_target="warn"))
    feature = (
        "The feature 'd[1]' has 1 value far outside what is usual: 1e+30 in 2024-04-01/x.csv line 5 (key 'row-203')"
    )
    assert feature in caplog.text
    assert [text[:20] for text in content["warnings"]] == ["The target 'y' has 1", "The feature 'd[1]' h"]
    assert "(key &#39;row-203&#39;)" in toy.get(found["html"]).decode()
    _, content = check(toy, DriftConfig(on_far_target="off", on_far_feature="off"))
    assert content["warnings"] == []
    with pytest.raises(DriftError):
        check(toy, DriftConfig(on_far_target="off", on_far_feature="block"))


def test_a_feature_that_repeats_the_target_is_told_by_name(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.put("drops/2024-01-01/first.csv", csv_bytes([row | {"d[1]": row["y"]} for row in rows(0, 60)]))
    toy.put("drops/2024-04-01/x.csv", csv_bytes([row | {"d[1]": str(10 ** -float(row["y"]))} for row in rows(200, 30)]))
    with caplog.at_level(logging.WARNING):
        check(toy, DriftConfig(on_displaced="off"), dry_run=True)
    assert (
        "The feature 'd[1]' equals the target in 2024-01-01. A model that learns it tells nothing new." in caplog.text
    )
    assert "The feature 'd[1]' falls with the target without an exception in 2024-04-01." in caplog.text
    with pytest.raises(DriftError, match=r"The feature 'd\[1\]' equals the target"):
        check(toy, DriftConfig(on_echo="block"))


def test_a_dry_run_keeps_nothing(toy: Toy) -> None:
    _, content = check(toy, dry_run=True)
    assert [drop["drop"] for drop in content["drops"]] == ["2024-02-01", "2024-03-01"]
    assert not toy.keys("sealed/")
    assert not toy.keys("baseline/")
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 21)))
    check(toy)
    assert toy.keys("baseline/")


def test_what_was_compared_with_a_baseline_that_nobody_kept_is_compared_anew_with_another(toy: Toy) -> None:
    check(toy, dry_run=True)
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(0, 59)))
    found, _ = check(toy, key="20240401T000000-00000002")
    assert found["drops"]["2024-02-01"].startswith("20 rows against the baseline's 59: ")


def test_looking_at_drift_seals_nothing(toy: Toy) -> None:
    plan = drop_plan(toy)
    checked(toy, plan)
    assert not toy.keys("sealed/")
    seal_run(toy.s3, toy.config, load_plan(toy.s3, plan))
    assert toy.keys("sealed/drop/2024-03-01") == ["sealed/drop/2024-03-01/1.json"]


def test_a_comparison_is_made_once(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.autopilot.drift import check as module

    made = []

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return original(*arguments)

    original = module.drift_of
    monkeypatch.setattr(module, "drift_of", counted)
    first, content = check(toy)
    second, other = check(toy, key="20240401T000000-00000002")
    assert len(made) == 2
    assert (content["drops"], first["drops"]) == (other["drops"], second["drops"])
    check(toy, DriftConfig(psi=0.2))
    assert len(made) == 4


def test_the_report_names_what_was_found(toy: Toy) -> None:
    prepared = prepare(toy)
    output = predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model"))
    flows.evaluate(toy, prepared["plan"], output)
    assert json.loads(toy.get(flows.report(toy, prepared["plan"], [])["json"]))["drift"] is None
    found = checked(toy, prepared["plan"])
    written = flows.report(toy, prepared["plan"], [])
    drift = json.loads(toy.get(written["json"]))["drift"]
    assert {entry["drop"]: entry["sentence"] for entry in drift["drops"]} == found["drops"]
    page = toy.get(written["html"]).decode()
    assert found["html"] in page
    assert "no column drifted" in page


def test_a_search_that_is_repeated_learns_new_classes_by_itself(toy: Toy) -> None:
    prepared = prepare(toy)
    for path, expected in (("reuse", "block"), ("search_again", "warn")):
        save_plan(toy.s3, replace(load_plan(toy.s3, prepared["plan"]), path=path))  # type: ignore[arg-type]
        found = checked(toy, prepared["plan"])
        assert json.loads(toy.get(found["json"]))["thresholds"]["on_new_label"] == expected


def test_thresholds_in_the_yaml() -> None:
    config = parse_model(
        YAML + "drift: {psi: 0.25, on_apart: warn, on_feature: 'off'}\nchanged_drops: accept\n", "toy.yaml"
    )
    assert config.drift == DriftConfig(psi=0.25, on_apart="warn", on_feature="off")
    assert (config.changed_drops, config.changed_holdouts) == ("accept", "refuse")
