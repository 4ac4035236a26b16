"""A sealed row whose target is far outside what is usual is told in every run, and stops none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from include.autopilot.drift.check import check_drift
from include.autopilot.drops.plan import load_plan
from include.autopilot.settings.drift import DriftConfig
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import prepare


def told(toy: Toy, plan: str, rules: DriftConfig | None = None) -> list[str]:
    config = replace(toy.config, drift=rules or toy.config.drift)
    content: dict[str, Any] = json.loads(toy.get(check_drift(toy.s3, config, load_plan(toy.s3, plan))["json"]))
    return [text for text in content["warnings"] if "holdout/" in text]


def test_a_far_target_of_a_sealed_row_is_told_with_file_line_and_key(toy: Toy) -> None:
    table = rows(2000, 5)
    table[1]["y"] = ""
    table[3]["y"] = "1e6"
    toy.put("holdout/second.csv", csv_bytes(table))
    plan = prepare(toy)["plan"]
    (text,) = told(toy, plan)
    expected = (
        "The target 'y' has 1 value far outside what is usual: 1000000 in holdout/second.csv line 5 (key 'row-2003')"
    )
    assert text.startswith(expected)
    assert told(toy, plan, DriftConfig(on_far_target="off")) == []


def test_a_holdout_in_another_unit_is_told(toy: Toy) -> None:
    toy.put("holdout/sealed.csv", csv_bytes([row | {"y": str(float(row["y"]) * 1000)} for row in rows(1000, 12)]))
    (text,) = told(toy, prepare(toy)["plan"])
    assert "The target 'y' has 12 values far outside what is usual: " in text


def test_usual_targets_are_not(toy: Toy) -> None:
    assert told(toy, prepare(toy)["plan"]) == []
