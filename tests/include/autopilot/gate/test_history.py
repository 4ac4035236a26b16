from __future__ import annotations

import json
from typing import Any

from include.autopilot.drops.plan import load_plan
from include.autopilot.gate.history import signal_of, verdicts_until
from tests.support.toy import COLUMNS, Toy, csv_bytes, rows
from tests.support.toyruns import prepare


def ledger(toy: Toy, month: int, reason: str, version: int, decision: str = "keep") -> None:
    content: dict[str, Any] = {
        "kind": "run",
        "cutoff": f"2024-{month:02}-01T00:00:00+00:00",
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
