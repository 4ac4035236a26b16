from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from include.autopilot.base.locations import Locations
from include.autopilot.drops.plan import load_plan
from include.autopilot.gate.history import signal_of, verdicts_until
from include.autopilot.template.published import current_template
from tests.support.toy import COLUMNS, Toy, csv_bytes, rows
from tests.support.toyruns import prepare


def ledger(toy: Toy, month: int, reason: str, version: int, decision: str = "keep", **other: str) -> None:
    content: dict[str, Any] = {
        "kind": "run",
        "cutoff": f"2024-{month:02}-01T00:00:00+00:00",
        "template": current_template(toy.s3, Locations(toy.config.root), "toy").digest,
        "path": "reuse",
        **other,
        "verdict": {"decision": decision, "reason": reason},
        "version": {"version": version},
    }
    toy.put(f"ledger/run{version}.v{version}.json", json.dumps(content).encode())


def test_the_ledger_up_to_the_cutoff(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    assert verdicts_until(toy.s3, plan) == []
    ledger(toy, 1, "first_model", 1, "promote")
    ledger(toy, 3, "worse", 10)
    ledger(toy, 3, "tie", 9)
    ledger(toy, 4, "worse", 11)
    toy.put("ledger/run10.v10.kept_worse-1.json", json.dumps({"kind": "kept", "number": 1}).encode())
    assert [one["reason"] for one in verdicts_until(toy.s3, plan)] == ["first_model", "tie", "worse"]


def test_the_signal(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    ledger(toy, 2, "worse", 1)
    ledger(toy, 3, "uncertain", 2)
    assert signal_of(toy.s3, plan, None).sentences == ()
    assert signal_of(toy.s3, plan, 3).sentences == ()
    assert "kept 2 times in a row" in signal_of(toy.s3, plan, 2).sentences[0]


def test_a_new_column_in_the_newest_drop(toy: Toy) -> None:
    mass = [{**row, "mass": "1"} for row in rows(80, 20)]
    toy.put("drops/2024-03-01/third.csv", csv_bytes(mass, [*COLUMNS, "mass"]))
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    assert signal_of(toy.s3, plan, 5).sentences == (
        "New in the newest drop: column 'mass'. Only a new search can use it.",
    )


def test_a_new_pipeline_begins_anew(toy: Toy) -> None:
    """Else every run after the third loss would start a search, also of what the last search had just found."""
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    ledger(toy, 1, "worse", 1, template="of the search before")
    ledger(toy, 2, "worse", 2, template="of the search before")
    ledger(toy, 3, "worse", 3)
    assert signal_of(toy.s3, plan, 2).sentences == ()
    assert signal_of(toy.s3, plan, 1).losses == 1


def test_a_run_that_searched_by_itself_retrained_nothing(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    ledger(toy, 2, "worse", 1, path="search_again")
    ledger(toy, 3, "worse", 2)
    assert signal_of(toy.s3, plan, 2).sentences == ()
    ledger(toy, 1, "worse", 3)
    assert signal_of(toy.s3, plan, 2).losses == 2
    assert signal_of(toy.s3, replace(plan, path="search_again"), 1).sentences == ()
