"""From the verdict to the champion and back: real models, real predictions, the registry of the embedded AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import GateError
from include.autopilot.champion import judging
from include.autopilot.champion.ledger import timeline
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.evaluation.measured import evaluate_run
from include.autopilot.settings.segments import SegmentConfig
from tests.support.airflowdb import ran
from tests.support.judged import GATE, Judged, judged
from tests.support.tiny import Tiny, returned, states

pytestmark = pytest.mark.whole

JANUARY, FEBRUARY = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"


@dataclass
class Season:
    """What happened to one model, run by run."""

    model: Judged
    poor: Any
    good: Any
    good_again: Any
    older: Any
    rollback: Any
    after: Any
    champions: list[int | None]


@pytest.fixture(scope="module")
def season(searched: Tiny) -> Iterator[Season]:
    """A model of 60 rows, one of 680, the same again, one of an earlier cutoff, a rollback, one of 680 rows."""
    with judged(searched, "season", segments=(SegmentConfig("note"), SegmentConfig("y", 2))) as model:
        champions: list[int | None] = []

        def run(cutoff: str, **form: Any) -> Any:
            ended = model.retrain(cutoff, **form)
            assert ended.state == "success"
            champions.append(model.champion)
            return ended

        runs = [
            run(FEBRUARY, scope="new"),
            run(FEBRUARY),
            run(FEBRUARY),
            run(JANUARY),
        ]
        back = model.roll_back(1, "The newer one was odd in the laboratory")
        champions.append(model.champion)
        yield Season(model, *runs, back, run(FEBRUARY), champions)


def outcome(run: Any) -> tuple[str, str]:
    found = returned(run, "promote")
    return found["kind"], found["reason"]


def test_the_champion_timeline(season: Season) -> None:
    assert season.champions == [1, 2, 2, 2, 1, 5]
    assert season.model.versions == {
        1: "Rejected", 2: "Rejected", 3: "Rejected", 4: "Rejected", 5: "Approved",
    }  # fmt: skip
    moves = timeline(season.model.store.s3, season.model.store.locations)
    assert [(one["number"], one["kind"], one["version"]["version"]) for one in moves] == [
        (1, "promoted", 1), (2, "promoted", 2), (3, "rolled_back", 1), (4, "promoted", 5),
    ]  # fmt: skip


def test_better_tie_and_older_are_told_apart(season: Season) -> None:
    assert outcome(season.poor) == ("promoted", "first_model")
    assert outcome(season.good) == ("promoted", "better")
    assert outcome(season.good_again) == ("kept", "tie")
    assert outcome(season.older) == ("kept", "older_than_champion")
    assert outcome(season.after) == ("promoted", "better")


def test_segments_are_told_of_every_run_that_was_judged(season: Season) -> None:
    for run, champions in ((season.poor, 0), (season.good, 3)):
        told = season.model.record(run)["verdict"]["segments"]
        assert [(one["column"], one["rows"], one["worse"]) for one in told] == [
            ("note", 80, False), ("y", 40, False), ("y", 40, False),
        ]  # fmt: skip
        assert sum(one["champion"] is not None for one in told) == champions
    page = season.model.tiny.read(returned(season.good, "report")["html"]).decode()
    assert ">Segments</h2>" in page


def test_without_a_champion_none_is_asked(season: Season) -> None:
    skipped = {task: state for task, state in states(season.poor).items() if "champion" in task}
    assert set(skipped.values()) == {"skipped"}
    assert states(season.poor)["report"] == "success"
    assert season.model.record(season.poor)["compared"] is None


def test_the_champion_answers_in_the_same_run_with_the_model_it_was_registered_as(season: Season) -> None:
    sagemaker = season.model.tiny.sagemaker
    asked = sagemaker.describe_model(ModelName=returned(season.good, "create_champion")["name"])
    trained = sagemaker.describe_model(ModelName=returned(season.poor, "create_model")["name"])
    for one, other in zip(asked["Containers"], trained["Containers"], strict=True):
        assert {name: one[name] for name in ("Image", "ModelDataUrl", "Environment")} == {
            name: other[name] for name in ("Image", "ModelDataUrl", "Environment")
        }
    assert asked["ExecutionRoleArn"] == trained["ExecutionRoleArn"]
    job = sagemaker.describe_transform_job(TransformJobName=returned(season.good, "predict_champion")["name"])
    assert f"/runs/{season.model.record(season.good)['run']}/champion/" in job["TransformOutput"]["S3OutputPath"]
    again = returned(season.good_again, "create_champion"), returned(season.older, "create_champion")
    assert again[0]["name"] == again[1]["name"]
    assert again[1]["action"] == "reused"


def test_the_poor_model_is_worse_than_the_good_one_from_their_stored_answers(season: Season) -> None:
    store = season.model.store
    poor, good = (Version(**season.model.record(run)["version"]) for run in (season.poor, season.good))
    problem = plan_of(season, season.good).problem
    verdict = judging.judge_again(store.s3, store.locations, problem, GATE, None, poor, good)
    assert verdict is not None
    assert (verdict.decision, verdict.reason) == ("keep", "worse")


def test_the_verdict_has_the_champions_own_metric(season: Season) -> None:
    first, second = season.model.record(season.poor), season.model.record(season.good)
    compared = second["verdict"]["comparison"]
    assert compared["metric"] == "MSE"
    assert compared["champion"] == pytest.approx(first["metrics"]["sealed"]["MSE"])
    assert compared["challenger"] == pytest.approx(second["metrics"]["sealed"]["MSE"])
    assert second["verdict"]["opponent"] == "version 1 of 2024-02-01"


def test_a_version_has_everything_that_serves_it_and_where_it_comes_from(season: Season) -> None:
    registry, record = season.model.store.registry, season.model.record(season.good)
    described = registry.describe(record["version"]["arn"])
    model = season.model.tiny.sagemaker.describe_model(ModelName=returned(season.good, "create_model")["name"])
    packaged = described["InferenceSpecification"]["Containers"]
    assert [one["Environment"] for one in packaged] == [one["Environment"] for one in model["Containers"]]
    assert [one["ModelDataUrl"] for one in packaged] == [one["ModelDataUrl"] for one in model["Containers"]]
    told = described["CustomerMetadataProperties"]
    assert (told["cutoff"], told["run"], told["template"]) == (record["cutoff"], record["run"], record["template"])
    assert (told["holdout"], told["metric"], told["direction"]) == (record["holdouts"][0]["digest"], "MSE", "Minimize")
    assert float(told["value"]) == record["metrics"]["sealed"]["MSE"]
    assert told["revision"] == record["code_revision"]
    quality = season.model.read(described["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    assert quality["regression_metrics"]["rmse"]["value"] == record["metrics"]["sealed"]["RMSE"]
    assert described["DriftCheckBaselines"]["ModelDataQuality"] == described["ModelMetrics"]["ModelDataQuality"]


def test_the_ledger_has_drops_and_jobs(season: Season) -> None:
    record = season.model.record(season.good)
    assert [drop["date"] for drop in record["drops"]] == ["2024-01-01", "2024-02-01"]
    assert all(len(drop["digest"]) == 16 for drop in record["drops"])
    steps = ("train", "create_model", "predict", "create_champion", "predict_champion")
    arns = {returned(season.good, step)["arn"] for step in steps}
    assert arns <= {job["arn"] for job in record["jobs"]}
    assert all(season.model.read(job["request"]) for job in record["jobs"])
    # No prices are stated, so it is not known, and not nothing.
    assert record["cost"]["usd"] is None
    assert record["cost"]["unknown"]


def test_the_report_tells_the_verdict(season: Season) -> None:
    written = returned(season.good_again, "report")
    content, page = season.model.read(written["json"]), season.model.tiny.read(written["html"]).decode()
    assert content["gate"]["verdict"]["reason"] == "tie"
    assert content["gate"]["promotion"]["version"]["version"] == 3
    assert "A tie keeps the champion." in page
    assert "kept (tie)" in page


def test_a_rollback_says_why(season: Season) -> None:
    assert season.rollback.state == "success"
    moved = returned(season.rollback, "roll_back")
    assert (moved["kind"], moved["reason"]) == ("rolled_back", "The newer one was odd in the laboratory")


@pytest.mark.parametrize(
    ("form", "message"), [({"version": 1, "reason": ""}, "reason"), ({"reason": "why"}, "version")]
)
def test_a_rollback_without_version_or_reason_is_refused(season: Season, form: Any, message: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError, match=message):
        ran(season.model.dags["season_rollback"], logical_date=datetime(2027, 1, 1, tzinfo=UTC), run_conf=form)


def test_a_rollback_to_an_unknown_version_fails_and_changes_nothing(season: Season) -> None:
    assert season.model.roll_back(99, "why").state == "failed"
    assert season.model.champion == 5


def again(season: Season, **gate: Any) -> dict[str, Any]:
    """Judge the tie's run once more by another rule, from its own predictions."""
    run = season.good_again
    arguments = returned(run, "create_model")["name"], returned(run, "predict_champion")["uri"]
    return judging.judge_run(season.model.tiny.s3, replace(GATE, **gate), plan_of(season, run), *arguments)


def plan_of(season: Season, run: Any) -> Plan:
    return load_plan(season.model.tiny.s3, returned(run, "prepare")["plan"])


def test_a_tiny_holdout_keeps_the_champion(season: Season) -> None:
    verdict = again(season, min_holdout_rows=81)["verdict"]
    assert (verdict["decision"], verdict["reason"]) == ("keep", "too_few_rows")
    assert "Fewer than 81 rows tell differences of about" in verdict["sentence"]


def test_another_metric_can_judge(season: Season) -> None:
    assert again(season, metric="MAE", direction="Minimize")["verdict"]["comparison"]["metric"] == "MAE"


def test_a_champion_that_answers_nan_cannot_be_compared_and_stays(season: Season) -> None:
    output = returned(season.good_again, "predict_champion")["uri"]
    (uri,) = season.model.tiny.keys(output)
    body, key = season.model.tiny.read(uri), uri.removeprefix("s3://tiny-models/")
    first, rest = body.decode().split("\n", 1)
    broken = f"{first.rpartition(',')[0]},nan\n{rest}"
    season.model.tiny.s3.put_object(Bucket="tiny-models", Key=key, Body=broken.encode())
    try:
        verdict = again(season)["verdict"]
    finally:
        season.model.tiny.s3.put_object(Bucket="tiny-models", Key=key, Body=body)
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_comparable")
    assert "'nan' is not finite" in verdict["sentence"]


def test_a_challenger_that_answers_nan_is_evaluated_and_kept_out(season: Season) -> None:
    output = returned(season.good_again, "predict")["uri"]
    (uri,) = (one for one in season.model.tiny.keys(output) if "sealed" in one)
    body, key = season.model.tiny.read(uri), uri.removeprefix("s3://tiny-models/")
    first, rest = body.decode().split("\n", 1)
    season.model.tiny.s3.put_object(
        Bucket="tiny-models", Key=key, Body=f"{first.rpartition(',')[0]},inf\n{rest}".encode()
    )
    try:
        evaluation = evaluate_run(season.model.tiny.s3, plan_of(season, season.good_again), output)
        verdict = again(season)["verdict"]
    finally:
        season.model.tiny.s3.put_object(Bucket="tiny-models", Key=key, Body=body)
        evaluate_run(season.model.tiny.s3, plan_of(season, season.good_again), output)
    assert evaluation["objective"]["value"] is None
    assert "1 of 80 rows have no answer" in evaluation["objective"]["reason"]
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_finite")


def test_a_holdout_that_changed_under_way_stops_the_verdict(season: Season) -> None:
    tiny, key = season.model.tiny, "season/holdout/sealed.csv"
    body = tiny.read(f"s3://tiny-models/{key}")
    tiny.s3.put_object(Bucket="tiny-models", Key=key, Body=body + b"\n")
    try:
        with pytest.raises(GateError, match="the holdout was changed while the run was under way"):
            again(season)
    finally:
        tiny.s3.put_object(Bucket="tiny-models", Key=key, Body=body)


def test_a_dry_run_registers_nothing(season: Season) -> None:
    before = season.model.versions
    run = season.model.retrain(FEBRUARY, dry_run=True)
    assert run.state == "success"
    assert {states(run)[task] for task in ("judge", "register", "promote", "report")} == {"skipped"}
    assert season.model.versions == before


def test_a_dry_run_tells_with_what_the_champion_would_be_asked(season: Season) -> None:
    """Last: it adds a run, and no version."""
    model = season.model
    versions, jobs = model.versions, model.tiny.jobs()
    run = model.retrain(FEBRUARY, dry_run=True)
    assert (model.versions, model.tiny.jobs()) == (versions, jobs)
    folder = returned(run, "prepare")["records"].removesuffix("/jobs")
    told = {one["step"]: one["request"] for one in model.read(f"{folder}/preflight.json")["requests"]}
    asked = model.tiny.sagemaker.describe_model(ModelName=returned(season.after, "create_champion")["name"])
    assert told["create_champion"]["Containers"][0]["Image"] == asked["Containers"][0]["Image"]
    assert told["predict_champion"]["ModelName"] == told["create_champion"]["ModelName"]
    assert list(told)[-2:] == ["create_champion", "predict_champion"]
