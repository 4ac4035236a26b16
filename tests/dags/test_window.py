"""After a decline a second model learns from the drops since the change alone; the better one becomes champion."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import pandas as pd
import pytest

from include.autopilot.base.errors import RunError
from include.autopilot.champion.pointer import read_champion
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.flows import jobs
from include.autopilot.settings.recent import RecentConfig
from tests.support.airflowdb import ran
from tests.support.judged import GATE, Judged, judged
from tests.support.tiny import Tiny, returned, states, table

pytestmark = pytest.mark.whole

CHALLENGER = ["train_window", "create_window", "predict_window", "measure_second"]


def put(tiny: Tiny, day: str, rows: pd.DataFrame) -> None:
    body = rows.to_csv(index=False).encode()
    tiny.s3.put_object(Bucket="tiny-models", Key=f"window/drops/{day}/rows.csv", Body=body)


def other_world(first: int, count: int) -> pd.DataFrame:
    """Rows like those of before whose target has nothing to do any more with what it was."""
    rows = table(first, count)
    return rows.assign(y=(6 * rows["PEOE14 (PEOE14)"] - 4 * rows["a"] + 3).round(4))


def examined(model: Judged, cutoff: str) -> Any:
    """Let the champion sit its exams."""
    dag = importlib.import_module("dags.exam").exam(model.model)
    return ran(dag, logical_date=datetime(2026, 6, 1, tzinfo=UTC), run_conf={"cutoff": cutoff})


# What is refused -> how the second challenger's tasks end.
FAILURES = [
    ("training_request", "failed", "skipped", "skipped", "skipped"),
    ("second_model_request", "success", "failed", "upstream_failed", "skipped"),
    ("prediction_request", "success", "success", "failed", "success"),
]


def failing(request: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(request)
    def refused(*args: Any, **kwargs: Any) -> Any:
        plan: Plan = next(arg for arg in kwargs.values() if isinstance(arg, Plan))
        if plan.beside:
            raise RunError("It cannot be made.")
        return request(*args, **kwargs)

    return refused


def test_a_decline_is_followed_by_the_promotion_of_a_model_of_the_new_world(
    searched: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {
        "gate": replace(GATE, judge_on="recent", min_holdout_rows=100),
        "recent": RecentConfig(0.4, 200),
        "window": "auto",
    }
    with judged(searched, "window", **settings) as model:
        first = model.retrain("2024-01-01T00:00:00Z", scope=None)
        assert first.state == "success"
        assert returned(first, "promote")["kind"] == "promoted"
        # Without a decline one model is trained.
        assert {states(first)[task] for task in CHALLENGER} == {"skipped"}
        put(searched, "2024-03-01", other_world(700, 160))
        exam = examined(model, "2024-03-01T00:00:00Z")
        assert exam.state == "success"
        assert "The champion is worse than it was" in returned(exam, "mark_exam")["standing"]
        run = model.retrain("2024-03-01T00:00:00Z", scope=None)
        assert run.state == "success"
        assert {states(run)[task] for task in CHALLENGER} == {"success"}
        plan = load_plan(searched.s3, returned(run, "prepare")["plan"])
        assert plan.decline is not None
        assert (plan.decline.version, plan.decline.seen) == (1, "2024-03-01")
        promoted = returned(run, "promote")
        assert (promoted["kind"], promoted["reason"]) == ("promoted", "better")
        record = model.record(run)
        assert record["verdict"]["look"]["since"] == "2024-03-01"
        assert record["window"] == f"since {plan.decline.since}"
        assert 30 <= record["verdict"]["rows"] < 100
        champion = read_champion(model.store)[0]
        assert champion is not None
        assert champion.version.run == plan.second
        # Both trainings are in the estimate and in the cost of the run.
        preflight = model.read(plan.run_folder.preflight)["estimate"]["jobs"]
        assert [job["step"] for job in preflight if job["step"].startswith("train")] == ["train", "train_window"]
        trainings = [job for job in model.read(plan.run_folder.cost)["jobs"] if job["kind"] == "TrainingJob"]
        assert len(trainings) == 2
        # The next run asks the new champion, and goes on in the looks that began anew.
        put(searched, "2024-04-01", other_world(900, 100))
        # Whatever of its second challenger fails, the run goes on with the first one.
        for number, (name, *ends) in enumerate(FAILURES, start=2):
            with monkeypatch.context() as patched:
                patched.setattr(jobs, name, failing(getattr(jobs, name)))
                after = model.retrain("2024-04-01T00:00:00Z", scope=None)
            assert after.state == "success"
            assert [states(after)[task] for task in [*CHALLENGER, "judge"]] == [*ends, "success"]
            verdict = model.record(after)["verdict"]
            assert "The second challenger could not be made" in verdict["sentence"]
            assert (verdict["look"]["number"], verdict["look"]["since"]) == (number, "2024-03-01")
            assert verdict["opponent"].startswith("version 2")
