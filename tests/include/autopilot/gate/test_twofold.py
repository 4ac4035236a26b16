"""Better on the recent rows is not enough where the sealed ones speak against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.gate.twofold import with_sealed
from include.autopilot.gate.verdict import Comparison, Verdict
from include.autopilot.settings.gate import GateConfig

CONFIG = GateConfig(judge_on="both", max_relative_loss=0.25)
NUMBERS = Comparison("RMSE", "Minimize", 1.0, 0.5, 0.5, 0.5, 0.25, 0.75, 0.25)
RECENT = Verdict(
    "promote", "better", "Better.", "enabled", "one", "two", "rows", 200, "interval", 0.95, 0.01, 1000, 0,
    comparison=NUMBERS, judged_on="recent",
)  # fmt: skip


def judged(relative: float | None, gain: float) -> Verdict:
    sealed = replace(RECENT, comparison=replace(NUMBERS, gain=gain, relative_gain=relative), judged_on="sealed")
    return with_sealed(RECENT, sealed, CONFIG)


def test_a_loss_of_as_much_as_is_borne_stops_nothing() -> None:
    found = judged(-0.25, -0.25)
    assert (found.decision, found.reason, found.judged_on) == ("promote", "better", "recent and sealed")
    assert (found.comparison, found.beside is not None) == (NUMBERS, True)


def test_any_more_keeps_the_champion() -> None:
    found = judged(-0.2501, -0.2501)
    assert (found.decision, found.reason) == ("keep", "worse_on_sealed")
    assert found.sentence.endswith("and 25.0% is the most (gate.max_relative_loss): the champion stays.")


@pytest.mark.parametrize(("gain", "decision"), [(0.0, "promote"), (-1e-9, "keep")])
def test_beside_a_champion_without_a_fault_nothing_is_borne(gain: float, decision: str) -> None:
    assert judged(None, gain).decision == decision


def test_where_the_sealed_rows_have_no_such_metric_the_champion_stays() -> None:
    found = with_sealed(RECENT, replace(RECENT, comparison=None, judged_on="sealed"), CONFIG)
    assert (found.decision, found.beside) == ("keep", None)
    assert found.sentence == "Better. But the sealed rows have no such metric: the champion stays."


def test_what_the_recent_rows_kept_stays_kept_for_their_reason() -> None:
    kept = replace(RECENT, decision="keep", reason="uncertain")
    found = with_sealed(kept, replace(RECENT, judged_on="sealed"), CONFIG)
    assert (found.decision, found.reason) == ("keep", "uncertain")
