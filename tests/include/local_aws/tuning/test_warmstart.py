from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.store import Resource
from include.local_aws.tuning import outcomes
from include.local_aws.tuning.warmstart import overall
from tests.include.local_aws.jobs import REGION

METRIC = "validation:rmse"
KIND = "HyperParameterTuningJob"


def child(tuning: str, value: float | None) -> Resource:
    computed = {
        "TuningJobArn": f"arn:aws:sagemaker:{REGION}:123456789012:hyper-parameter-tuning-job/{tuning}",
        outcomes.OBJECTIVE: {"Type": "Minimize", "MetricName": METRIC},
        outcomes.TUNED: {"eta": "0.1"},
        "FinalMetricDataList": [] if value is None else [{"MetricName": METRIC, "Value": value}],
    }
    status = "Failed" if value is None else "Completed"
    return Resource(REGION, "TrainingJob", f"{tuning}-001", f"arn:{tuning}-001", status, {}, computed)


def tuned(name: str, value: float | None, parents: list[Resource]) -> Resource:
    """Return a tuning job that began with its parents and has made one child."""
    request = {"WarmStartConfig": {"WarmStartType": "IdenticalDataAndAlgorithm"}} if parents else {}
    told = outcomes.told([child(name, value)], overall(request, parents))
    return Resource(REGION, KIND, name, f"arn:{name}", "Completed", request, told)


def best(tuning: Resource) -> tuple[str, str] | None:
    told: dict[str, Any] | None = tuning.computed.get("OverallBestTrainingJob")
    return told and (told["TrainingJobName"], told["TuningJobName"])


@pytest.mark.parametrize(("value", "expected"), [(2.0, "first"), (0.5, "second"), (None, "first")])
def test_the_overall_best_says_which_tuning_job_made_it(value: float | None, expected: str) -> None:
    first = tuned("first", 1.0, [])
    assert best(first) is None
    second = tuned("second", value, [first])
    assert best(second) == (f"{expected}-001", expected)
    assert ("BestTrainingJob" in second.computed) == (value is not None)


def test_what_a_parent_took_over_does_not_count() -> None:
    first = tuned("first", 1.0, [])
    second = tuned("second", 3.0, [first])
    assert best(tuned("third", 4.0, [second])) == ("second-001", "second")
    assert best(tuned("third", 4.0, [second, first])) == ("first-001", "first")
