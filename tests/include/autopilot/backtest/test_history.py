"""Which of several models of one cutoff counts."""

from __future__ import annotations

from typing import Any

from include.autopilot.backtest.history import _rank


def record(version: int) -> dict[str, Any]:
    return {"version": {"arn": f"arn:{version}", "version": str(version)}}


def test_the_promoted_one_counts_else_the_last() -> None:
    records = [record(2), record(10), record(9)]
    assert max(records, key=lambda one: _rank(one, {"arn:2"})) == record(2)
    assert max(records, key=lambda one: _rank(one, set())) == record(10)
