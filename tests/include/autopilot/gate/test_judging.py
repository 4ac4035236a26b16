"""Two runs of the toy: the first one's model is the champion, the second one asks it. Predictions are made up here."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from include.autopilot import retrain
from include.autopilot.champion import registering
from include.autopilot.errors import GateError, RunError
from include.autopilot.gate import judging
from include.autopilot.gate.gateconfig import GateConfig
from include.autopilot.plan import Plan, load_plan
from tests.include.autopilot.conftest import Toy, csv_bytes, rows
from tests.include.autopilot.test_retrain import predict, prepare

AT = "2025-01-01T00:00:00+00:00"
FEBRUARY, MARCH = datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
GATE = GateConfig(min_holdout_rows=5, resamples=1000)


@dataclass
class Judged:
    """One run up to its evaluation, with the model that it made."""

    toy: Toy
    sagemaker: Any
    uri: str
    model: str

    @property
    def plan(self) -> Plan:
        return load_plan(self.toy.s3, self.uri)

    def ask(self) -> str | None:
        """Ask the champion and answer for it; gives where its answers are."""
        request = judging.champion_request(self.toy.s3, self.sagemaker, self.toy.config, self.uri)
        if request is None:
            return None
        return predict(self.toy, judging.prediction_request(self.toy.s3, self.uri, request["ModelName"]), error=1.0)

    def judge(self, output: str | None) -> dict[str, Any]:
        return judging.judge_run(self.toy.s3, self.toy.config.gate, self.uri, self.model, output)

    def finish(self) -> dict[str, Any]:
        """Ask, judge, register and promote."""
        self.judge(self.ask())
        arguments = self.toy.s3, self.sagemaker, self.toy.config, self.uri
        registered = registering.register_run(*arguments, self.model, AT)
        return registering.promote_run(*arguments, registered["arn"], None, AT)


@pytest.fixture
def registry(s3: Any) -> Any:
    return boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


def ran(toy: Toy, sagemaker: Any, cutoff: datetime, key: str, error: float) -> Judged:
    """Run the toy up to its evaluation; its predictions are off by ``error`` up and down."""
    toy.config = replace(toy.config, gate=GATE)
    uri = prepare(toy, cutoff, key)["plan"]
    request = retrain.model_request(toy.s3, uri, f"s3://toy-models/toy/{key}/model.tar.gz")
    sagemaker.create_model(**request)
    model = request["ModelName"]
    toy.put(f"runs/{key}/jobs/{model}.request.json", json.dumps(request).encode())
    retrain.evaluate(toy.s3, uri, predict(toy, retrain.prediction_request(toy.s3, uri, model), error))
    return Judged(toy, sagemaker, uri, model)


@pytest.fixture
def first(toy: Toy, registry: Any) -> Judged:
    """A run whose model is the champion: its error is 1, that of the mean about 2."""
    run = ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["reason"] == "first_model"
    return run


@pytest.fixture
def second(first: Judged) -> Judged:
    """A later run with a smaller error, evaluated."""
    return ran(first.toy, first.sagemaker, MARCH, "20240301T000000-00000002", 0.5)


def test_the_champion_is_made_from_its_package_and_the_request_that_its_run_sent(first: Judged, second: Judged) -> None:
    arguments = second.toy.s3, second.sagemaker, second.toy.config, second.uri
    request = judging.champion_request(*arguments)
    sent = first.sagemaker.describe_model(ModelName=first.model)
    assert request is not None
    assert request["ModelName"].startswith("toy-champion-20240201-")
    assert request == judging.champion_request(*arguments)
    assert [one["Environment"] for one in request["Containers"]] == [one["Environment"] for one in sent["Containers"]]
    assert request["ExecutionRoleArn"] == sent["ExecutionRoleArn"]


def test_it_predicts_only_the_judging_holdout_in_the_present_runs_folder(second: Judged) -> None:
    judging.champion_request(second.toy.s3, second.sagemaker, second.toy.config, second.uri)
    request = judging.prediction_request(second.toy.s3, second.uri, "the-champion")
    folder = f"{second.plan.folder}/champion"
    assert request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == f"{folder}/holdout"
    assert request["TransformOutput"]["S3OutputPath"] == f"{folder}/predictions/the-champion"
    assert second.toy.keys(f"runs/{second.plan.run}/champion/holdout") == [
        f"runs/{second.plan.run}/champion/holdout/sealed.csv"
    ]
    own = second.toy.get(f"{second.plan.folder}/holdout/sealed.csv")
    assert second.toy.get(f"{folder}/holdout/sealed.csv") == own


def test_it_reads_the_holdout_in_the_order_that_it_learned(first: Judged, second: Judged) -> None:
    plan_uri = f"{first.plan.folder}/plan.json"
    stored = json.loads(first.toy.get(plan_uri))
    stored["columns"] = [stored["columns"][0], *reversed(stored["columns"][1:])]
    first.toy.put(plan_uri.removeprefix("s3://toy-models/toy/"), json.dumps(stored).encode())
    judging.champion_request(second.toy.s3, second.sagemaker, second.toy.config, second.uri)
    theirs = second.toy.get(f"{second.plan.folder}/champion/holdout/sealed.csv").decode().splitlines()
    own = second.toy.get(f"{second.plan.folder}/holdout/sealed.csv").decode().splitlines()
    assert len(theirs) == len(own) == 12
    assert theirs != own
    assert [line.split(",")[:2] for line in theirs] == [line.split(",")[:2] for line in own]


def test_a_better_challenger_is_promoted_and_both_answers_are_kept(first: Judged, second: Judged) -> None:
    event = second.finish()
    assert (event["kind"], event["reason"], event["champion_before"]["version"]) == ("promoted", "better", 1)
    digest = second.plan.holdouts[0].digest
    kept = {key.rpartition("/")[2] for key in second.toy.keys(f"answers/{digest}/")}
    assert kept == {f"{first.model}.json", f"{second.model}.json"}


def test_a_champion_that_needs_a_column_which_is_gone_cannot_be_compared(first: Judged, second: Judged) -> None:
    plan_uri = f"{first.plan.folder}/plan.json"
    stored = json.loads(first.toy.get(plan_uri))
    stored["columns"].append("a column of old")
    first.toy.put(plan_uri.removeprefix("s3://toy-models/toy/"), json.dumps(stored).encode())
    assert second.ask() is None
    verdict = second.judge(None)["verdict"]
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_comparable")
    assert "column 'a column of old' is missing" in verdict["sentence"]


def test_a_disabled_gate_asks_nobody(second: Judged) -> None:
    second.toy.config = replace(second.toy.config, gate=replace(GATE, mode="disabled"))
    assert second.ask() is None
    assert second.finish()["reason"] == "disabled"


@pytest.mark.parametrize("when", ["before the champion is asked", "before the verdict"])
def test_a_changed_holdout_stops_everything(second: Judged, when: str) -> None:
    output = second.ask() if when == "before the verdict" else None
    second.toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 11)))
    with pytest.raises(GateError, match="the holdout was changed while the run was under way"):
        second.judge(output) if output else second.ask()


def test_a_run_that_did_not_look_for_the_champion_is_not_judged(second: Judged) -> None:
    with pytest.raises(RunError, match=r"has not looked for a champion .*champion/asked.json.*Clear its task champion"):
        second.judge(None)


def test_a_champion_that_was_not_asked_is_not_passed_over(second: Judged) -> None:
    second.ask()
    with pytest.raises(GateError, match=r"version 1 was not asked. Clear the task champion_request"):
        second.judge(None)
