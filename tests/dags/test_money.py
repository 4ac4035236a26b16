"""Costs, budget, messages and the search that follows kept champions, in whole DAG runs against the embedded AWS."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from include.autopilot.base.locations import Locations
from include.autopilot.settings import config
from include.autopilot.settings.config import ModelConfig, NotifyConfig, PriceTable
from include.autopilot.template.published import publish
from tests.support.airflowdb import register
from tests.support.tiny import Tiny, returned, states

pytestmark = pytest.mark.whole

PRICES = PriceTable(
    date=datetime(2026, 11, 1, tzinfo=UTC),
    training={"ml.m5.4xlarge": 360.0, "ml.m5.12xlarge": 360.0},
    transform={"ml.m5.4xlarge": 360.0},
)
Variant = Callable[..., Any]


@pytest.fixture
def variant(searched: Tiny, monkeypatch: pytest.MonkeyPatch) -> Variant:
    """Makes the retraining DAG of the tiny model configured otherwise."""

    def make(**changes: Any) -> Any:
        from dags.retrain import retrain

        model: ModelConfig = replace(config.find_model("tiny"), **changes)
        monkeypatch.setattr(config, "load_models", lambda: (model,))
        dag = retrain(model)
        monkeypatch.setitem(searched.dags, "tiny_retrain", dag)
        return dag

    return make


@pytest.fixture
def inbox(searched: Tiny) -> Iterator[tuple[str, Callable[[], list[dict[str, str]]]]]:
    """A topic whose messages arrive in a queue: its ARN, and what reads the queue."""
    sns, sqs = (boto3.client(service, endpoint_url=searched.endpoint) for service in ("sns", "sqs"))
    topic = sns.create_topic(Name="autopilot")["TopicArn"]
    queue = sqs.create_queue(QueueName="autopilot-inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

    def read() -> list[dict[str, str]]:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"]) for one in found]

    yield topic, read
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def report_of(tiny: Tiny, run: Any) -> tuple[dict[str, Any], str]:
    uris = returned(run, "report")
    return json.loads(tiny.read(uris["json"])), tiny.read(uris["html"]).decode()


@pytest.fixture(scope="module")
def plain(searched: Tiny) -> Any:
    """A run of the model as it stands: nothing of all this is configured."""
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    assert run.state == "success"
    return run


def test_without_prices_the_report_says_unknown(searched: Tiny, plain: Any) -> None:
    report, page = report_of(searched, plain)
    assert report["cost"]["usd"] is None
    assert "unknown cost: the model&#39;s YAML has no prices." in page
    assert all(job["seconds"] > 0 for job in report["cost"]["jobs"])
    assert not {"check_budget", "approve_spending", "tell", "trigger_search"} & set(states(plain))


def test_with_prices_it_says_what_every_job_cost_and_within_budget_nobody_is_asked(
    searched: Tiny, plain: Any, variant: Variant
) -> None:
    variant(prices=PRICES, budget_usd_per_run=1e6)
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    found = states(run)
    assert (found["approve_spending"], found["report"]) == ("skipped", "success")
    report, page = report_of(searched, run)
    costs = {job["name"]: job for job in report["cost"]["jobs"]}
    train = costs[returned(run, "train")["name"]]
    described = searched.sagemaker.describe_training_job(TrainingJobName=train["name"])
    assert train["usd"] == pytest.approx(described["BillableTimeInSeconds"] * 0.1)
    predict = searched.sagemaker.describe_transform_job(TransformJobName=returned(run, "predict")["name"])
    lasted = (predict["TransformEndTime"] - predict["TransformStartTime"]).total_seconds()
    assert costs[predict["TransformJobName"]]["usd"] == pytest.approx(lasted * 0.1, abs=0.01)
    assert f"{report['cost']['usd']:.2f} USD by the prices of 2026-11-01" in page
    (month,) = report["cost"]["months"].values()
    # The run before had no prices: its jobs are worked out now, but not those of the search on other instances.
    assert month["jobs"] > len(costs)
    assert month["known_usd"] > report["cost"]["usd"]


def test_a_refit_keeps_both_instances_of_the_transform_and_counts_them(searched: Tiny, variant: Variant) -> None:
    variant(prices=PRICES)
    template, place = searched.template(), Locations("s3://tiny-models/tiny")
    featurize = copy.deepcopy(template.steps.featurize)
    featurize["TransformResources"]["InstanceCount"] = 2
    publish(searched.s3, place, replace(template, replay=replace(template.steps, featurize=featurize)))
    try:
        run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z", featurizer="refit")
    finally:
        publish(searched.s3, place, template)
    assert run.state == "success"
    report, _ = report_of(searched, run)
    costs = {job["name"]: job for job in report["cost"]["jobs"]}
    transforms = [one["name"] for batch in returned(run, "featurize") for one in batch]
    for name in [*transforms, returned(run, "predict")["name"]]:
        described = searched.sagemaker.describe_transform_job(TransformJobName=name)
        assert described["TransformResources"]["InstanceCount"] == 2
        lasted = (described["TransformEndTime"] - described["TransformStartTime"]).total_seconds()
        assert costs[name]["instances"] == [["ml.m5.4xlarge", 2]]
        assert costs[name]["usd"] == pytest.approx(2 * lasted * 0.1, abs=0.01)
    foretold = json.loads(searched.read(returned(run, "prepare")["records"].removesuffix("/jobs") + "/preflight.json"))
    counts = {job["step"]: job["instance_count"] for job in foretold["estimate"]["jobs"]}
    assert (counts["featurize"], counts["predict"], counts["train"]) == (2, 2, 1)


def test_the_search_is_counted_by_its_own_jobs(searched: Tiny) -> None:
    from include.autopilot.cost.search import search_costs

    automl = searched.template().automl_job
    assert automl is not None
    found = search_costs(searched.sagemaker, automl, PRICES, None)
    kinds = {job.kind for job in found}
    assert kinds == {"TrainingJob", "TransformJob", "ProcessingJob"}
    assert all(job.seconds is not None for job in found)


@pytest.fixture
def person(searched: Tiny, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[list[str]]]:
    """Answers the question at once, because in dag.test() it would wait for ever; gives what ran before each answer."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    def answers(option: str) -> list[list[str]]:
        seen: list[list[str]] = []

        def execute(self: Any, context: Any) -> Any:
            seen.append(searched.jobs())
            event = {
                "chosen_options": [option],
                "params_input": {},
                "responded_at": datetime(2025, 2, 2, tzinfo=UTC),
                "responded_by_user": {"id": "1", "name": "a person"},
                "timedout": False,
            }
            return self.execute_complete(context=context, event=event)

        monkeypatch.setattr(ApprovalOperator, "execute", execute)
        return seen

    return answers


def test_over_budget_nothing_starts_before_somebody_agreed(
    searched: Tiny, plain: Any, variant: Variant, inbox: Any, person: Callable[[str], list[list[str]]]
) -> None:
    topic, read = inbox
    variant(prices=PRICES, budget_usd=0.001, notify=NotifyConfig(sns_topic_arn=topic))
    before, seen = searched.jobs(), person("Approve")
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    checked = next(one for one in run.get_task_instances() if one.task_id == "check_budget")
    assert any("budget" in reason for reason in returned(run, "check_budget"))
    question = checked.xcom_pull(task_ids="check_budget", key="question")
    assert "the budget is 0.00 USD" in question
    assert seen == [before]
    assert states(run)["report"] == "success"
    assert len(searched.jobs()) > len(before)
    (told,) = read()
    assert told["Subject"] == "A made-up table: a run waits for approval of its cost"
    assert told["Message"] == question


def test_a_rejection_skips_everything(
    searched: Tiny, variant: Variant, person: Callable[[str], list[list[str]]]
) -> None:
    variant(budget_usd_per_run=0.0)
    before, seen = searched.jobs(), person("Reject")
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    assert seen == [before]
    assert searched.jobs() == before
    found = states(run)
    assert found["approve_spending"] == "success"
    assert {found[task] for task in ("seal", "train", "create_model", "report")} == {"skipped"}


def test_a_dry_run_asks_nobody(searched: Tiny, variant: Variant) -> None:
    variant(budget_usd=0.0)
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z", dry_run=True)
    found = states(run)
    assert (found["check_budget"], found["approve_spending"]) == ("skipped", "skipped")


def test_a_failure_is_told(searched: Tiny, variant: Variant, inbox: Any) -> None:
    topic, read = inbox
    variant(notify=NotifyConfig(sns_topic_arn=topic))
    run = searched.run("tiny_retrain", "2020-01-01T00:00:00Z")
    assert run.state == "failed"
    (told,) = read()
    assert told["Subject"] == "A made-up table: tiny_retrain failed"
    assert run.run_id in told["Message"]


def test_kept_champions_are_told_and_a_search_is_triggered(searched: Tiny, variant: Variant, inbox: Any) -> None:
    topic, read = inbox
    dag = variant(notify=NotifyConfig(sns_topic_arn=topic), search_after_losses=2, search_again="trigger")
    register(searched.dags["tiny_search"])
    # Later than what the runs of other tests registered: of a cutoff that was run twice the last verdict counts.
    template = searched.template().digest
    for month, version in ((1, 1001), (2, 1002)):
        verdict = {"decision": "keep", "reason": "worse"}
        record = {"kind": "run", "cutoff": f"2024-0{month}-01T00:00:00+00:00", "verdict": verdict}
        record |= {"template": template, "path": "reuse"}
        content = {**record, "version": {"version": version, "value": None}}
        searched.put(f"ledger/run{version}.v{version}.json", json.dumps(content).encode())
    try:
        run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z")
    finally:
        for version in (1001, 1002):
            searched.delete(f"ledger/run{version}.v{version}.json")
    report, page = report_of(searched, run)
    assert "kept 2 times in a row" in report["search_signal"][0]
    assert ">A new search</h2>" in page
    assert states(run)["trigger_search"] == "success"
    from airflow.models import DagRun

    (triggered,) = DagRun.find(dag_id="tiny_search", run_id=f"retrain__{run.run_id}")
    assert triggered.conf == {"cutoff": "2024-02-01T00:00:00+00:00", "algorithm": "xgboost"}
    assert returned(run, "tell") == 1
    assert [one["Subject"] for one in read()] == ["A made-up table: time to search again?"]
    assert dag.task_dict["tell"].upstream_task_ids >= {"report"}


def test_without_a_reason_nothing_is_triggered(searched: Tiny, variant: Variant) -> None:
    variant(search_after_losses=2, search_again="trigger")
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    assert states(run)["trigger_search"] == "skipped"


def test_the_search_form_narrows_the_request(searched: Tiny) -> None:
    run = searched.run("tiny_search", "2024-01-01T00:00:00Z", algorithm="xgboost")
    assert run.state == "success"
    job = searched.sagemaker.describe_auto_ml_job(AutoMLJobName=returned(run, "search")["name"])
    assert job["AutoMLJobConfig"]["CandidateGenerationConfig"] == {
        "AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost"]}]
    }
