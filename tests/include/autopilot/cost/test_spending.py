"""Costs from the records of real runs' jobs, in moto's S3; what nobody recorded is asked of the recorded SageMaker."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.base.locations import Locations
from include.autopilot.cost import spending
from include.autopilot.cost.spending import run_of
from include.autopilot.drops.plan import load_plan
from include.autopilot.settings.config import PriceTable
from tests.support.toy import Toy
from tests.support.toyruns import KEY, prepare

PRICES = PriceTable(date=datetime(2026, 11, 1, tzinfo=UTC), training={"ml.m5.xlarge": 3.6}, transform={})


def record(toy: Toy, run: str, name: str, what: str = "description", **content: Any) -> None:
    toy.put(f"runs/{run}/jobs/{name}.{what}.json", json.dumps(content).encode())


def trained(toy: Toy, run: str, name: str, seconds: int, day: str = "2026-11-03", status: str = "Completed") -> None:
    record(
        toy,
        run,
        name,
        TrainingJobName=name,
        TrainingJobStatus=status,
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        TrainingStartTime=f"{day}T10:00:00+00:00",
        TrainingEndTime=f"{day}T11:00:00+00:00",
        BillableTimeInSeconds=seconds,
    )


def jobs(toy: Toy, run: str = KEY) -> dict[str, float | None]:
    found = spending.run_jobs(toy.s3, toy.sagemaker, Locations(toy.config.root).records(run), PRICES)
    return {job.name: job.usd for job in found}


def test_failed_jobs_cost_too_and_models_cost_nothing(toy: Toy) -> None:
    trained(toy, KEY, "train", 1000, status="Failed")
    trained(toy, KEY, "train-r1", 2000)
    record(toy, KEY, "train", "request", TrainingJobName="train")
    record(toy, KEY, "model", ModelName="model")
    record(toy, KEY, "model", "request", ModelName="model")
    assert jobs(toy) == {"train": 1.0, "train-r1": 2.0}


def test_a_job_whose_end_nobody_saw_is_asked_for(toy: Toy) -> None:
    name = toy.sagemaker.only("DescribeTrainingJob", "dpp1-1")["TrainingJobName"]
    toy.sagemaker.only("DescribeTrainingJob", "dpp1-1")["BillableTimeInSeconds"] = 500
    toy.sagemaker.only("DescribeTrainingJob", "dpp1-1")["ResourceConfig"]["InstanceType"] = "ml.m5.xlarge"
    record(toy, KEY, name, "request", TrainingJobName=name)
    record(toy, KEY, "gone", "request", TrainingJobName="gone")
    assert jobs(toy) == {name: 0.5, "gone": None}


def test_what_is_written_beside_the_run(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    trained(toy, KEY, "train", 2000)
    trained(toy, "20240201T000000-00000000", "earlier", 1000)
    trained(toy, "20240101T000000-00000000", "before", 1000, day="2026-10-03")
    content = spending.write_cost(toy.s3, toy.sagemaker, plan.locations, run_of(plan), PRICES)
    assert (content["usd"], content["unknown"], content["saving_usd"]) == (2.0, 0, 0)
    assert content["sentence"] == "1 jobs, 2.00 USD by the prices of 2026-11-01."
    months = spending.months_of(toy.s3, toy.sagemaker, plan.locations, PRICES)
    assert {month: told["usd"] for month, told in months.items()} == {"2026-10": 1.0, "2026-11": 3.0}
    written = json.loads(toy.get(f"{plan.folder}/cost.json"))
    assert written["jobs"] == content["jobs"]
    assert written["prices_of"] == "2026-11-01T00:00:00+00:00"


def test_another_price_table_does_not_change_what_is_written(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    trained(toy, KEY, "train", 2000)
    spending.write_cost(toy.s3, toy.sagemaker, plan.locations, run_of(plan), PRICES)
    dearer = PriceTable(date=datetime(2027, 1, 1, tzinfo=UTC), training={"ml.m5.xlarge": 36.0}, transform={})
    (job,) = spending.model_jobs(toy.s3, toy.sagemaker, Locations(toy.config.root), dearer)
    assert job.usd == 2.0


def test_what_was_unknown_is_worked_out_once_there_are_prices(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    trained(toy, KEY, "train", 2000)
    spending.write_cost(toy.s3, toy.sagemaker, plan.locations, run_of(plan), None)
    costs = [spending.model_jobs(toy.s3, toy.sagemaker, plan.locations, prices) for prices in (None, PRICES)]
    assert [[job.usd for job in jobs] for jobs in costs] == [[None], [2.0]]


def test_what_a_cleared_run_began_after_its_report_counts(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    trained(toy, KEY, "train", 2000)
    spending.write_cost(toy.s3, toy.sagemaker, plan.locations, run_of(plan), PRICES)
    # S3 dates what it holds to the second.
    time.sleep(1.1)
    trained(toy, KEY, "train-g1", 500, status="Failed")
    dearer = PriceTable(date=datetime(2027, 1, 1, tzinfo=UTC), training={"ml.m5.xlarge": 36.0}, transform={})
    found = spending.model_jobs(toy.s3, toy.sagemaker, plan.locations, dearer)
    assert {job.name: job.usd for job in found} == {"train": 2.0, "train-g1": 5.0}


class Tunings:
    """A SageMaker with a tuning job of no trainings."""

    def __init__(self, status: str) -> None:
        self.status = status

    def describe_hyper_parameter_tuning_job(self, **_: str) -> Any:
        counters = {"Completed": 0, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0}
        return {"HyperParameterTuningJobStatus": self.status, "TrainingJobStatusCounters": counters}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: str) -> Any:
        return [{"TrainingJobSummaries": []}]


def test_what_was_written_of_a_run_is_not_asked_for_again_for_what_it_began_since(toy: Toy) -> None:
    """Each budget and each report would describe all jobs of its search again."""
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    record(toy, KEY, "tuned", HyperParameterTuningJobName="tuned", CreationTime="2026-11-03T10:00:00+00:00")
    ended: Any = Tunings("Failed")
    spending.write_cost(toy.s3, ended, plan.locations, run_of(plan), PRICES)
    time.sleep(1.1)
    trained(toy, KEY, "train-g1", 500)
    nobody: Any = None
    found = spending.jobs_of(toy.s3, nobody, plan.locations, KEY, PRICES)
    assert {job.name: job.usd for job in found} == {"tuned": 0.0, "train-g1": 0.5}


@pytest.mark.parametrize(
    ("status", "usd", "why"),
    [("Failed", 0.0, ""), ("InProgress", None, "SageMaker lists none of the jobs that the tuning job started")],
)
def test_a_tuning_job_that_ended_before_its_first_training_cost_nothing(
    toy: Toy, status: str, usd: float | None, why: str
) -> None:
    record(toy, KEY, "tuned", HyperParameterTuningJobName="tuned", CreationTime="2026-11-03T10:00:00+00:00")
    asked: Any = Tunings(status)
    (found,) = spending.run_jobs(toy.s3, asked, Locations(toy.config.root).records(KEY), PRICES)
    assert (found.name, found.usd, found.month, found.why) == ("tuned", usd, "2026-11", why)


def test_without_prices_the_cost_is_unknown(toy: Toy) -> None:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    trained(toy, KEY, "train", 2000)
    content = spending.write_cost(toy.s3, toy.sagemaker, plan.locations, run_of(plan), None)
    assert (content["usd"], content["prices_of"]) == (None, None)
    assert content["sentence"] == "1 jobs, unknown cost: the model's YAML has no prices."
    assert content["jobs"][0]["seconds"] == 2000


def test_a_model_without_runs_has_spent_nothing(toy: Toy) -> None:
    assert spending.model_jobs(toy.s3, toy.sagemaker, Locations(toy.config.root), PRICES) == []


class Listing:
    """A SageMaker that lists training jobs one a page, or refuses to."""

    def __init__(self, *names: str, refusal: str | None = None) -> None:
        self.names, self.refusal = names, refusal

    def list_training_jobs(self, **asked: Any) -> Any:
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "ListTrainingJobs")
        place = int(asked.get("NextToken", "0"))
        more = {"NextToken": str(place + 1)} if place + 1 < len(self.names) else {}
        return {"TrainingJobSummaries": [{"TrainingJobName": name} for name in self.names[place : place + 1]], **more}

    def list_transform_jobs(self, **_: Any) -> Any:
        return {"TransformJobSummaries": []}

    def list_processing_jobs(self, **_: Any) -> Any:
        return {"ProcessingJobSummaries": []}

    def describe_training_job(self, TrainingJobName: str) -> Any:  # noqa: N803
        resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}
        return {"TrainingJobName": TrainingJobName, "ResourceConfig": resources, "BillableTimeInSeconds": 3000}


def searched_costs(toy: Toy, listing: Listing) -> list[Any]:
    record(toy, KEY, "tosearch", AutoMLJobName="tosearch", CreationTime="2026-11-03T10:00:00+00:00")
    return spending.run_jobs(toy.s3, listing, Locations(toy.config.root).records(KEY), PRICES)  # type: ignore[arg-type]


def test_a_search_costs_what_its_own_jobs_cost(toy: Toy) -> None:
    found = searched_costs(toy, Listing("other-tosearch", "tosearch-dpp1", "tosearchaB3d-001-0a1b2c3d"))
    assert {job.name: job.usd for job in found} == {"tosearch-dpp1": 3.0, "tosearchaB3d-001-0a1b2c3d": 3.0}


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        (Listing(), "SageMaker lists none of the jobs that the search started"),
        (Listing(refusal="AccessDeniedException"), "its jobs cannot be listed: AccessDeniedException"),
    ],
)
def test_a_search_that_cannot_be_listed_is_unknown_not_free(toy: Toy, listing: Listing, why: str) -> None:
    (found,) = searched_costs(toy, listing)
    assert (found.name, found.usd, found.month, found.why) == ("tosearch", None, "2026-11", why)
