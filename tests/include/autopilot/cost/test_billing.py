from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.autopilot.cost.billing import (
    as_json,
    by_month,
    from_json,
    job_cost,
    repriced,
    sentence,
    totals,
    unknown_cost,
)
from include.autopilot.settings.config import PriceTable

PRICES = PriceTable(
    date=datetime(2026, 11, 1, tzinfo=UTC),
    training={"ml.m5.xlarge": 0.36, "ml.c5.xlarge": 0.72},
    transform={"ml.m5.large": 1.8},
    processing={"ml.t3.large": 3.6},
)
START = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


def training(**changes: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": "a",
        "TrainingJobStatus": "Completed",
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
        "TrainingStartTime": START,
        "TrainingEndTime": START + timedelta(seconds=150),
        "TrainingTimeInSeconds": 150,
        "BillableTimeInSeconds": 100,
        **changes,
    }


def test_training_is_billed_by_billable_seconds_of_every_instance():
    found = job_cost("TrainingJob", "a", training(), PRICES)
    assert (found.seconds, found.usd, found.saving_usd, found.month) == (100, 0.02, 0, "2026-11")
    assert found.instances == (("ml.m5.xlarge", 2),)


def test_a_job_of_the_past_at_the_prices_of_today():
    found = job_cost("TrainingJob", "a", training(), PRICES)
    dearer = replace(PRICES, training={"ml.m5.xlarge": 3.6})
    assert repriced(found, dearer) == job_cost("TrainingJob", "a", training(), dearer)
    assert repriced(job_cost("TrainingJob", "a", training(), None), PRICES).usd == found.usd
    assert (repriced(found, None).usd, repriced(found, None).why) == (None, "the model's YAML has no prices")
    unknown = unknown_cost("AutoMLJob", "b", "nobody lists it", None)
    assert repriced(unknown, PRICES) == unknown


def test_spot_saves_what_was_trained_and_not_billed():
    found = job_cost("TrainingJob", "a", training(EnableManagedSpotTraining=True), PRICES)
    assert (found.usd, found.saving_usd) == (0.02, 0.01)


def test_a_mixed_cluster_costs_the_sum_of_its_groups():
    groups = [
        {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2},
    ]
    found = job_cost("TrainingJob", "a", training(ResourceConfig={"InstanceGroups": groups}), PRICES)
    assert found.usd == pytest.approx(100 / 3600 * (0.36 + 2 * 0.72))


@pytest.mark.parametrize(
    ("kind", "described", "usd"),
    [
        ("TransformJob", {"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 3}}, 0.09),
        (
            "ProcessingJob",
            {"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.t3.large", "InstanceCount": 1}}},
            0.06,
        ),
    ],
)
def test_other_jobs_are_billed_from_start_to_end(kind, described, usd):
    stem = kind.removesuffix("Job")
    times = {f"{stem}StartTime": START.isoformat(), f"{stem}EndTime": (START + timedelta(seconds=60)).isoformat()}
    found = job_cost(kind, "b", {**described, **times}, PRICES)
    assert (found.seconds, found.usd, found.saving_usd) == (60, usd, 0)


@pytest.mark.parametrize(
    ("described", "prices", "why"),
    [
        (training(), None, "the model's YAML has no prices"),
        (
            training(ResourceConfig={"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1}),
            PRICES,
            "prices.training does not have ml.p3.2xlarge",
        ),
        (training(BillableTimeInSeconds=None), PRICES, "SageMaker did not tell how long it was billed"),
        (training(ResourceConfig={}), PRICES, "its instances are not known"),
        ({}, PRICES, "there is no description of it"),
    ],
)
def test_what_is_not_known_is_unknown(described, prices, why):
    found = job_cost("TrainingJob", "a", described, prices)
    assert (found.usd, found.why) == (None, why)


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_job_that_never_had_an_instance_cost_nothing_at_any_price(status):
    described = training(TrainingJobStatus=status, TrainingStartTime=None, CreationTime=START)
    found = job_cost("TrainingJob", "a", described, PRICES)
    assert (found.usd, found.seconds, found.month) == (0, 0, "2026-11")
    assert repriced(found, None) == found


def test_totals_count_a_job_once_and_are_unknown_where_one_is():
    known = job_cost("TrainingJob", "a", training(), PRICES)
    assert totals([known, known])["usd"] == 0.02
    told = totals([known, unknown_cost("AutoMLJob", "s", "not listed", None)])
    assert told == {"usd": None, "known_usd": 0.02, "unknown": 1, "jobs": 2, "saving_usd": None}


def test_months_are_those_the_jobs_began_in():
    later = training(TrainingStartTime=START + timedelta(days=1), TrainingEndTime=START + timedelta(days=1, seconds=9))
    jobs = [
        job_cost("TrainingJob", "a", training(), PRICES),
        job_cost("TrainingJob", "b", later, PRICES),
        unknown_cost("AutoMLJob", "s", "not listed", None),
    ]
    months = by_month(jobs)
    assert {month: (told["jobs"], told["usd"]) for month, told in months.items()} == {
        "2026-11": (1, 0.02),
        "2026-12": (1, 0.02),
        "unknown": (1, None),
    }


def test_the_sentence():
    spot = job_cost("TrainingJob", "a", training(EnableManagedSpotTraining=True), PRICES)
    day = PRICES.date.isoformat()
    assert sentence(totals([spot]), day) == "1 jobs, 0.02 USD by the prices of 2026-11-01, 0.01 USD saved on spot."
    assert sentence(totals([spot]), None) == "1 jobs, unknown cost: the model's YAML has no prices."
    both = totals([spot, unknown_cost("AutoMLJob", "s", "not listed", None)])
    assert sentence(both, day) == (
        "2 jobs, unknown cost: 0.02 USD by the prices of 2026-11-01, and 1 jobs whose cost is unknown."
    )


def test_it_survives_json():
    found = job_cost("TrainingJob", "a", training(), PRICES)
    assert from_json(as_json(found)) == found
