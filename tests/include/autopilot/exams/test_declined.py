"""After a decline the looks begin anew, and only rows since the change judge; for whom, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from include.autopilot.drops.plan import PlannedDecline, save_plan
from include.autopilot.exams.declined import decline_at
from include.autopilot.flows import exam
from include.autopilot.settings.gate import JudgeOn
from include.autopilot.settings.recent import RecentConfig
from tests.support import judgedruns
from tests.support.judgedruns import GATE, Judged, ran
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import predict

FEBRUARY, MARCH, APRIL = (datetime(2024, month, 1, tzinfo=UTC) for month in (2, 3, 4))
DECLINE = PlannedDecline(1, "2024-03-01", "2024-03-01")
ENOUGH = RecentConfig(0.7, 80)


@pytest.fixture
def registry(s3: Any) -> Any:
    return boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def declined(toy: Toy, registry: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A champion of February that is far off on the drop of March; gives how to make it."""
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(100, 60)))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(160, 60)))
    toy.put("drops/2024-04-01/rows.csv", csv_bytes(rows(220, 60)))

    def make(recent: RecentConfig = ENOUGH, judge_on: JudgeOn = "recent", error: float = 20.0, fewest: int = 50) -> Toy:
        monkeypatch.setattr(judgedruns, "GATE", replace(GATE, judge_on=judge_on, min_holdout_rows=fewest))
        toy.config = replace(toy.config, recent=recent)
        assert ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0).finish()["reason"] == "first_model"
        request = exam.model_request(toy.s3, registry, toy.config, MARCH, "exam")
        assert request is not None
        examinee = {"name": request["ModelName"]}
        answered = predict(toy, exam.prediction_request(toy.s3, toy.config, "exam", examinee), error)
        exam.mark(toy.s3, toy.config, "exam", examinee, {"uri": answered})
        return toy

    return make


def challenged(toy: Toy, registry: Any, cutoff: datetime = MARCH, error: float = 0.5) -> Judged:
    return ran(toy, registry, cutoff, f"{cutoff:%Y%m%d}T000000-00000002", error)


def test_only_rows_since_the_change_judge_in_looks_begun_anew(declined: Any, registry: Any) -> None:
    toy = declined()
    run = challenged(toy, registry)
    judge = run.plan.holdouts[0]
    assert run.plan.decline == DECLINE
    judging_keys = [line.split(",")[0] for line in toy.get(judge.input).decode().splitlines()]
    assert {int(key.removeprefix("row-")) >= 160 for key in judging_keys} == {True}
    # Fewer than min_holdout_rows, and enough all the same.
    assert 30 <= judge.rows < 50
    # Older rows of the window do not train either: they may judge again.
    assert sum(drop.superseded.judging for drop in run.plan.drops) == 80
    verdict = run.finish()["verdict"]
    assert (verdict["decision"], verdict["look"]["number"], verdict["look"]["since"]) == ("promote", 1, "2024-03-01")
    assert "Judged by rows since drop 2024-03-01: a decline was seen in drop 2024-03-01" in verdict["sentence"]


def test_who_came_of_a_decline_is_judged_by_the_rows_since_it(declined: Any, registry: Any) -> None:
    toy = declined()
    assert challenged(toy, registry).finish()["kind"] == "promoted"
    assert decline_at(toy.s3, registry, toy.config, APRIL) == DECLINE
    # At an earlier cutoff nobody knows of it.
    assert decline_at(toy.s3, registry, toy.config, FEBRUARY) is None
    run = challenged(toy, registry, APRIL, 0.4)
    verdict = run.finish()["verdict"]
    assert (verdict["look"]["number"], verdict["look"]["since"]) == (2, "2024-03-01")


def test_without_a_decline_all_recent_rows_judge(declined: Any, registry: Any) -> None:
    toy = declined(error=1.0)
    run = challenged(toy, registry)
    assert run.plan.decline is None
    verdict = run.finish()["verdict"]
    assert (verdict["rows"], verdict["look"]["since"]) == (80, None)
    assert "decline" not in verdict["sentence"]


def test_too_few_rows_since_leave_the_champion_where_it_is(declined: Any, registry: Any) -> None:
    toy = declined(RecentConfig(0.25, 80), fewest=12)
    toy.config = replace(toy.config, gate=replace(toy.config.gate, min_holdout_rows=40))
    judgedruns.GATE = toy.config.gate
    run = challenged(toy, registry)
    assert run.plan.holdouts[0].name == "recent"
    assert run.plan.holdouts[0].rows < 30
    assert run.finish()["reason"] == "too_few_rows"


def test_the_sealed_rows_of_the_time_before_have_no_say_after_a_decline(declined: Any, registry: Any) -> None:
    toy = declined(judge_on="both")
    verdict = challenged(toy, registry).finish()["verdict"]
    assert (verdict["judged_on"], verdict["beside"]) == ("recent", None)


def test_another_champion_is_judged_as_usual(declined: Any, registry: Any) -> None:
    toy = declined()
    run = challenged(toy, registry)
    save_plan(toy.s3, replace(run.plan, decline=replace(DECLINE, version=9)))
    verdict = run.judge(run.ask())["verdict"]
    assert (verdict["judged_on"], verdict["look"]["since"]) == ("sealed", None)
    assert "version 9 declined, and version 1 is the champion now" in verdict["sentence"]
    toy.config = replace(toy.config, gate=replace(toy.config.gate, min_holdout_rows=20))
    verdict = run.judge(run.ask())["verdict"]
    assert (verdict["judged_on"], verdict["look"]["since"]) == ("recent", None)
    assert "in the looks of before: version 9 declined" in verdict["sentence"]
