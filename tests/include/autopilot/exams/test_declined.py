"""After a decline the looks begin anew, and only rows since the change judge; for whom, and for how long."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import boto3
import numpy as np
import pytest

from include.autopilot.champion import judging, registering
from include.autopilot.champion.pointer import read_champion, store_of
from include.autopilot.drops.plan import PlannedDecline, load_plan, save_plan
from include.autopilot.drops.secondchallenger import second_plan, with_second
from include.autopilot.exams.declined import decline_at
from include.autopilot.flows import exam, jobs, retrain
from include.autopilot.requests.preview import foretell_second
from include.autopilot.settings.gate import JudgeOn
from include.autopilot.settings.recent import RecentConfig
from include.autopilot.settings.segments import SegmentConfig
from include.autopilot.template.published import load_template
from tests.support import flows, judgedruns
from tests.support.judgedruns import AT, GATE, Judged, ran
from tests.support.superseded import featurize
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import predict, prepare

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


def two(toy: Toy, registry: Any, **answers: float) -> tuple[Judged, Judged]:
    """A run with a second challenger, both up to their evaluation.

    :param answers: by how much each is off.
    """
    toy.config = replace(toy.config, window="auto")
    run = challenged(toy, registry, error=answers["first"])
    second = second_plan(toy.s3, run.plan)
    assert second is not None
    uri = second.run_folder.plan
    request = flows.model_request(toy, uri, f"{second.folder}/model.tar.gz")
    registry.create_model(**request)
    model = request["ModelName"]
    # The operators keep their requests in the run's own folder.
    toy.put(f"runs/{run.plan.run}/jobs/{model}.request.json", json.dumps(request).encode())
    flows.evaluate(toy, uri, predict(toy, flows.prediction_request(toy, uri, model), answers["second"]))
    return run, Judged(toy, registry, uri, model)


@pytest.mark.parametrize(("first", "second"), [(0.8, 0.4), (0.4, 0.8)])
def test_the_better_of_two_is_judged_and_put_forward(declined: Any, registry: Any, first: float, second: float) -> None:
    toy = declined()
    all_drops, since = two(toy, registry, first=first, second=second)
    best = since if second < first else all_drops
    judged = judging.judge_run(
        toy.s3, toy.config.gate, all_drops.plan, all_drops.model, all_drops.ask(), (since.plan, since.model)
    )
    assert (judged["run"], judged["model"]) == (best.plan.run, best.model)
    assert judged["window"] == ("since 2024-03-01" if best is since else "full")
    verdict = judged["verdict"]
    assert verdict["comparison"]["challenger"] == pytest.approx(min(first, second) ** 2)
    # The first look may use 0.9 of 5 %, each of the two half of it.
    assert 1 - verdict["comparison"]["level"] == pytest.approx(0.009, rel=0.1)
    other = f"MSE {max(first, second) ** 2:.4g}."
    assert "The better challenger was judged: the challenger of 2024-03-01" in verdict["sentence"]
    assert other in verdict["sentence"]
    for one in (all_drops, since):
        sent = {"OutputDataConfig": {"S3OutputPath": one.plan.run_folder.model}}
        toy.put(f"runs/{all_drops.plan.run}/jobs/train-{one.plan.run}.request.json", json.dumps(sent).encode())
    (look,) = [key for key in toy.keys("looks/recent/2024-03-01") if key.endswith("/1.json")]
    taken = json.loads(toy.get(f"s3://toy-models/toy/{look}"))
    assert taken["challengers"] == [all_drops.model, since.model]
    arguments = toy.s3, registry, toy.config, all_drops.plan
    registered = registering.register_run(*arguments, judged["model"], AT)
    assert registering.promote_run(*arguments, registered["arn"], None, AT)["kind"] == "promoted"
    champion = read_champion(store_of(toy.s3, registry, toy.config))[0]
    assert champion is not None
    assert champion.version.run == best.plan.run
    record = json.loads(toy.get(registered["record"]))
    assert (record["window"], record["decline"]["since"]) == (judged["window"], "2024-03-01")
    jobs = [job["name"] for job in record["jobs"]]
    assert [name for name in jobs if name.startswith("train-")] == [f"train-{best.plan.run}"]
    # The next run asks it, whichever it is, and goes on in the same stretch.
    again = challenged(toy, registry, APRIL, 0.3)
    assert again.plan.decline == DECLINE
    assert again.ask() is not None


def test_where_the_second_training_fails_the_first_is_judged_alone(declined: Any, registry: Any) -> None:
    toy = declined()
    toy.config = replace(toy.config, window="auto")
    run = challenged(toy, registry)
    second = second_plan(toy.s3, run.plan)
    assert second is not None
    template = template_of(toy, second)
    assert jobs.second_model_request(template, second) is None
    trained = jobs.second_model_request(template, second, {"uri": "s3://toy-models/toy/m/model.tar.gz"})
    assert trained == jobs.model_request(
        toy.s3, registry, template, second, {"uri": "s3://toy-models/toy/m/model.tar.gz"}
    )
    predicted = {"uri": run.plan.run_folder.predictions(run.model)}
    asked = {"uri": run.ask()}
    told = retrain.judge(toy.s3, toy.config, run.plan, {"name": run.model}, predicted, asked)
    assert (told["model"], told["reason"]) == (run.model, "better")
    assert told["sentence"].endswith(
        "The second challenger could not be made, so only the other one was judged: the log of the task that failed, "
        "train_window or what follows it, says why."
    )
    # All of the look's error is the one's that is judged.
    verdict = judging.load_verdict(toy.s3, run.plan)
    assert verdict is not None
    assert 1 - verdict["verdict"]["comparison"]["level"] == pytest.approx(0.018, rel=0.1)
    assert judging.put_forward(toy.s3, run.plan) == run.plan
    arguments = toy.s3, registry, toy.config, run.plan
    registered = registering.register_run(*arguments, told["model"], AT)
    assert registering.promote_run(*arguments, registered["arn"], None, AT)["kind"] == "promoted"


@pytest.mark.parametrize(("worse", "reason"), [("better", "worse_in_segment"), ("other", "better")])
def test_of_two_only_the_better_one_can_be_worse_in_a_segment(
    declined: Any, registry: Any, worse: str, reason: str
) -> None:
    toy = declined()
    run, since = two(toy, registry, first=0.9, second=0.9)
    segments = (SegmentConfig("y", 2),)
    # The champion is off by one: as is who is better on the whole, by more where y is large.
    middle = np.median([float(line.split(",")[1]) for line in judging_rows(toy, run)])
    answer(since, lambda y: 1.1 * (y > middle) if worse == "better" else 0.2)
    answer(run, lambda y: 0.9 if worse == "better" else 1.1 * (y > middle))
    judged = judging.judge_run(
        toy.s3, toy.config.gate, run.plan, run.model, run.ask(), (since.plan, since.model), segments
    )
    verdict = judged["verdict"]
    assert (judged["run"], verdict["reason"]) == (since.plan.run, reason)
    assert [one["worse"] for one in verdict["segments"]] == [False, worse == "better"]
    assert sum(one["rows"] for one in verdict["segments"]) == verdict["rows"]
    assert ("But it is worse where y " in verdict["sentence"]) is (worse == "better")
    assert "The better challenger was judged: the challenger of 2024-03-01 has MSE" in verdict["sentence"]


def judging_rows(toy: Toy, run: Judged) -> list[str]:
    return toy.get(run.plan.holdouts[0].input).decode().splitlines()


def answer(run: Judged, off: Callable[[float], float]) -> None:
    """Let a challenger answer the rows that judge once more.

    :param off: by how much, for a measured value.
    """
    output = run.plan.run_folder.predictions(run.model)
    told = []
    for line in judging_rows(run.toy, run):
        key, actual = line.split(",")[:2]
        told.append(f"{key},{actual},{float(actual) + off(float(actual))}")
    run.toy.put(f"{output.partition('/toy/')[2]}/recent.csv.out", "\n".join(told).encode())
    flows.evaluate(run.toy, run.uri, output)


def test_the_second_challenger_learns_only_from_the_drops_since(declined: Any, registry: Any) -> None:
    toy = declined()
    run, since = two(toy, registry, first=1.0, second=1.0)
    assert [drop.name for drop in since.plan.drops] == ["2024-03-01"]
    assert run.plan.second == since.plan.run
    assert "a second challenger learns from the drops since 2024-03-01 alone" in run.plan.notes[-1]
    featurize(toy, flows.featurize_requests(toy, run.uri), "csv")
    seen = retrain.guard(toy.s3, toy.config, run.plan)["counts"]
    listed = [line.split(",") for line in toy.get(since.plan.run_folder.rows).decode().splitlines()[1:]]
    learned = {key for side, key, _ in listed if side != "holdout"}
    judges = {key for side, key, _ in listed if side == "holdout"}
    assert {int(key.removeprefix("row-")) >= 160 for key in learned} == {True}
    assert len(learned) == since.plan.training_rows + since.plan.validation_rows < seen["train"]
    assert not learned & judges
    told = [one.step for one in foretell_second(toy.s3, template_of(toy, run.plan), run.plan)]
    assert told == ["train_window", "create_window", "predict_window"]


def test_a_drop_since_that_is_an_older_one_again_is_told(declined: Any, registry: Any) -> None:
    toy = declined()
    run, _ = two(toy, registry, first=1.0, second=1.0)
    before, march = run.plan.drops[0], run.plan.drops[-1]
    again = replace(march, day=date(2024, 3, 2), name="2024-03-02", repeats=before.day)
    told, second = with_second(replace(run.plan, drops=(*run.plan.drops, again)), "search")
    assert second is not None
    assert [drop.name for drop in second.used] == ["2024-03-01"]
    said = f"It learns nothing from what came again: drop 2024-03-02 is that of {before.day} again."
    assert said in told.notes[-1]
    twice = replace(again, repeats=march.day)
    told, _ = with_second(replace(run.plan, drops=(*run.plan.drops, twice)), "search")
    assert "came again" not in told.notes[-1]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"scope": "full"}, None),
        ({"scope": "new"}, None),
        ({"featurizer": "refit"}, "it takes Autopilot's own featurizer, and this run does not."),
    ],
)
def test_a_form_that_wants_something_else_gets_one_model(declined: Any, form: dict[str, Any], told: str | None) -> None:
    toy = declined()
    toy.config = replace(toy.config, window="auto")
    plan = load_plan(toy.s3, prepare(toy, MARCH, **form)["plan"])
    assert plan.decline == DECLINE
    assert plan.second is None
    assert second_plan(toy.s3, plan) is None
    assert [note for note in plan.notes if "econd challenger" in note] == [
        f"No second challenger learns from the drops since 2024-03-01 alone: {told}"
    ] * (told is not None)


def test_without_a_decline_one_model_is_trained(declined: Any, registry: Any) -> None:
    toy = declined(error=1.0)
    toy.config = replace(toy.config, window="auto")
    run = challenged(toy, registry)
    assert (run.plan.window, run.plan.second) == ("auto", None)
    assert foretell_second(toy.s3, template_of(toy, run.plan), run.plan) == []


def template_of(toy: Toy, plan: Any) -> Any:
    return load_template(toy.s3, plan.locations, plan.template)
