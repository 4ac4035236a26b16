"""The edges of the rule: what is just enough for a promotion, and what is just not."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.gate.decision import decide
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.verdict import Comparison
from include.autopilot.settings.gate import GateConfig

RMSE = resampled_metric("RMSE")


def decided(rows: int = 150, first: bool = False, rule: Any = "interval", **numbers: float) -> tuple[str, str]:
    found = {"gain": 0.25, "low": 0.125, "high": 0.5, "bound": 0.125, **numbers}
    comparison = Comparison("RMSE", "Minimize", 1.0, 1 - found["gain"], relative_gain=found["gain"], **found)
    return decide(comparison, RMSE, first, rows, GateConfig(rule=rule, min_relative_change=0.25, max_relative_loss=0.5))


def test_so_many_rows_as_are_asked_for_are_enough() -> None:
    assert decided() == ("promote", "better")
    assert decided(149) == ("keep", "too_few_rows")


def test_so_large_a_gain_as_is_asked_for_is_enough() -> None:
    assert decided(gain=0.2499) == ("keep", "too_small")


@pytest.mark.parametrize(
    ("rule", "end", "nothing"), [("interval", "low", 0.0), ("bound", "bound", 0.0), ("non_inferior", "low", -0.5)]
)
def test_an_end_at_nothing_is_no_gain_yet(rule: str, end: str, nothing: float) -> None:
    assert decided(rule=rule, **{end: nothing}) == ("keep", "uncertain")
    assert decided(rule=rule, **{end: nothing + 1e-9}) == ("promote", "better")
    assert decided(rule=rule, first=True, **{end: nothing}) == ("keep", "no_better_than_baseline")


def test_worse_is_what_chance_does_not_reach() -> None:
    assert decided(gain=-0.25, low=-0.5, high=0.0) == ("keep", "uncertain")
    assert decided(gain=-0.25, low=-0.5, high=-1e-9) == ("keep", "worse")
    assert decided(gain=0.0) == ("keep", "tie")
