"""Verdicts by the rows that judge while they are new: which rows judged, and what happens where they cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.champion import judging
from include.autopilot.settings.gate import JudgeOn
from include.autopilot.settings.recent import RecentConfig
from tests.support import judgedruns
from tests.support.judgedruns import GATE, Judged, ran
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, MARCH, predict

APRIL = datetime(2024, 4, 1, tzinfo=UTC)


@pytest.fixture
def drops(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two drops, half of whose keys judge; gives how to judge on them."""
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(100, 60)))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(160, 60)))
    toy.config = replace(toy.config, recent=RecentConfig(0.5, 24))

    def judge_on(how: JudgeOn, **changes: Any) -> Toy:
        monkeypatch.setattr(judgedruns, "GATE", replace(GATE, judge_on=how, **changes))
        return toy

    return judge_on


def first(toy: Toy, registry: Any) -> Judged:
    run = ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["reason"] == "first_model"
    return run


def second(toy: Toy, registry: Any) -> Judged:
    return ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5)


def test_the_recent_rows_judge_and_the_look_is_one_at_them(drops: Any, registry: Any) -> None:
    toy = drops("recent")
    first(toy, registry)
    run = second(toy, registry)
    event = run.finish()
    verdict = event["verdict"]
    assert (event["kind"], event["reason"], verdict["judged_on"], verdict["rows"]) == (
        "promoted",
        "better",
        "recent",
        24,
    )
    assert verdict["look"]["stream"] == "recent"
    assert "on 24 recent rows" in verdict["sentence"]
    assert verdict["holdout"] == run.plan.holdouts[0].digest
    assert sorted(key.rpartition("/")[2] for key in toy.keys(f"runs/{run.plan.run}/champion/holdout")) == [
        "recent.csv", "sealed.csv",
    ]  # fmt: skip


def test_both_keep_a_champion_that_is_better_on_the_sealed_rows(drops: Any, registry: Any) -> None:
    toy = drops("both")
    first(toy, registry)
    run = second(toy, registry)
    request = judging.champion_request(toy.s3, registry, toy.config, run.plan)
    assert request is not None
    output = predict(toy, judging.prediction_request(toy.s3, run.plan, request["ModelName"]), error=1.0)
    assert run.judge(output)["verdict"]["reason"] == "better"
    # As good as can be on the sealed rows.
    perfect = [row[:1] + [row[1]] * 2 for row in csv_rows(toy, f"{run.plan.folder}/champion/holdout/sealed.csv")]
    toy.put(f"{output.partition('/toy/')[2]}/sealed.csv.out", "\n".join(",".join(row) for row in perfect).encode())
    verdict = run.judge(output)["verdict"]
    assert (verdict["decision"], verdict["reason"], verdict["judged_on"]) == (
        "keep", "worse_on_sealed", "recent and sealed",
    )  # fmt: skip
    assert verdict["beside"]["challenger"] > verdict["beside"]["champion"]
    assert "the champion stays" in verdict["sentence"]


def csv_rows(toy: Toy, uri: str) -> list[list[str]]:
    return [line.split(",")[:2] for line in toy.get(uri).decode().splitlines()]


def test_too_few_recent_rows_leave_the_sealed_ones_to_judge(drops: Any, registry: Any) -> None:
    toy = drops("recent", min_holdout_rows=12)
    toy.config = replace(toy.config, recent=RecentConfig(0.05, 24))
    first(toy, registry)
    run = second(toy, registry)
    assert [one.name for one in run.plan.holdouts] == ["sealed", "second", "recent"]
    verdict = run.finish()["verdict"]
    # One timeline, whichever rows judge.
    look = verdict["look"]
    assert (verdict["judged_on"], verdict["rows"], look["stream"], look["number"]) == ("sealed", 12, "recent", 1)
    assert "The sealed rows judged, not the recent ones: they are" in verdict["sentence"]


def test_a_champion_that_has_learned_recent_rows_is_judged_on_the_sealed_ones(drops: Any, registry: Any) -> None:
    toy = drops("sealed")
    first(toy, registry)
    drops("recent")
    # All of the window that the first run's rows are in.
    toy.config = replace(toy.config, recent=RecentConfig(0.5, 50))
    run = second(toy, registry)
    verdict = run.finish()["verdict"]
    assert verdict["judged_on"] == "sealed"
    assert "not the recent ones: it has learned " in verdict["sentence"]
    assert " rows of holdout recent" in verdict["sentence"]


def test_looks_at_the_sealed_rows_of_before_count_where_recent_ones_judge(drops: Any, registry: Any) -> None:
    toy = drops("sealed")
    first(toy, registry)
    assert second(toy, registry).finish()["verdict"]["look"]["number"] == 1
    drops("recent")
    toy.put("drops/2024-04-01/rows.csv", csv_bytes(rows(220, 60)))
    run = ran(toy, registry, APRIL, "20240401T000000-00000003", 0.4)
    look = run.finish()["verdict"]["look"]
    assert (look["stream"], look["number"]) == ("recent", 2)
