"""Drift in a run: what is compared, what is written, what stops it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot import retrain
from include.autopilot.config import parse_model
from include.autopilot.drift.baseline import read_baseline
from include.autopilot.drift.driftcheck import check_drift
from include.autopilot.drift.driftconfig import DriftConfig
from include.autopilot.errors import ConfigError, DriftError
from include.autopilot.options import RunOptions
from include.autopilot.plan import load_plan, save_plan
from tests.include.autopilot.conftest import YAML, Toy, csv_bytes, rows
from tests.include.autopilot.test_retrain import KEY, predict, prepare

APRIL = datetime(2024, 4, 1, tzinfo=UTC)


def moved(first: int, count: int, **add: float) -> list[dict[str, str]]:
    """Rows whose numbers are another population's."""
    return [row | {name: str(float(row[name]) + by) for name, by in add.items()} for row in rows(first, count)]


def drop_plan(toy: Toy, cutoff: datetime = APRIL, key: str = KEY, **options: Any) -> str:
    uri: str = retrain.prepare(toy.s3, toy.sagemaker, toy.config, cutoff, RunOptions(**options), key)["plan"]  # type: ignore[arg-type]
    return uri


def checked(toy: Toy, plan: str, config: DriftConfig | None = None) -> dict[str, Any]:
    return check_drift(toy.s3, replace(toy.config, drift=config or toy.config.drift), plan)


def check(toy: Toy, config: DriftConfig | None = None, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    found = checked(toy, drop_plan(toy, **options), config)
    return found, json.loads(toy.get(found["json"]))


def test_the_baseline_is_what_the_search_saw_and_stays_what_it_is(toy: Toy) -> None:
    _, content = check(toy)
    made, folder = content["baseline"], content["baseline"]["folder"]
    assert made["drops"] == ["2024-01-01"]
    assert made["why"] == "the drops up to 2024-01-01T00:00:00+00:00, which the search saw"
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
    assert "Compared with the drops up to 2024-01-01T00:00:00+00:00, which the search saw: 2024-01-01." in page
    assert "SYNTHETIC" not in page


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
    assert toy.keys("sealed/drop/2024-04-01") == ["sealed/drop/2024-04-01/1.json"]


def test_what_would_stop_a_run_can_be_a_warning(toy: Toy) -> None:
    toy.put("drops/2024-04-01/x.csv", csv_bytes(moved(400, 60, y=1000.0)))
    _, content = check(toy, DriftConfig(on_apart="warn"))
    assert content["drops"][-1]["warnings"]


def test_a_dry_run_keeps_nothing(toy: Toy) -> None:
    _, content = check(toy, dry_run=True)
    assert [drop["drop"] for drop in content["drops"]] == ["2024-02-01", "2024-03-01"]
    assert not toy.keys("sealed/")
    assert not toy.keys("baseline/")
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 21)))
    check(toy)
    assert toy.keys("sealed/")
    assert toy.keys("baseline/")


def test_a_comparison_is_made_once(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.autopilot.drift import driftcheck

    made = []

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return original(*arguments)

    original = driftcheck.drift_of
    monkeypatch.setattr(driftcheck, "drift_of", counted)
    first, content = check(toy)
    second, other = check(toy, key="20240401T000000-00000002")
    assert len(made) == 2
    assert (content["drops"], first["drops"]) == (other["drops"], second["drops"])
    check(toy, DriftConfig(psi=0.2))
    assert len(made) == 4


def test_the_report_names_what_was_found(toy: Toy) -> None:
    prepared = prepare(toy)
    output = predict(toy, retrain.prediction_request(toy.s3, prepared["plan"], "toy-model"))
    retrain.evaluate(toy.s3, prepared["plan"], output)
    assert json.loads(toy.get(retrain.report(toy.s3, prepared["plan"], [])["json"]))["drift"] is None
    found = checked(toy, prepared["plan"])
    written = retrain.report(toy.s3, prepared["plan"], [])
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
    with pytest.raises(ConfigError, match=r"toy\.yaml: key 'drift\.on_apart' is 'stop'"):
        parse_model(YAML + "drift: {on_apart: stop}\n", "toy.yaml")
    with pytest.raises(ConfigError, match=r"toy\.yaml: key 'changed_drops' is 'ignore'"):
        parse_model(YAML + "changed_drops: ignore\n", "toy.yaml")
