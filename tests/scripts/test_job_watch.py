"""What make demo prints of the jobs while they run."""

from __future__ import annotations

import io
import re

import pytest

from scripts.job_watch import JobWatch, tuning_line
from tests.include.local_aws.jobs import Clients, finished, tuning, unique


def test_jobs_are_counted_and_a_tuning_job_is_told_with_its_best(
    clients: Clients, tables: str, trained: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ):
        monkeypatch.setenv(name, value)
    name, screen = unique("tune"), io.StringIO()
    with JobWatch(clients.url, screen) as watch:
        clients.sagemaker.create_hyper_parameter_tuning_job(**tuning(tables, name))
        finished(clients.sagemaker, "HyperParameterTuning", name)
        assert watch.take() == 2
    told = screen.getvalue()
    assert trained not in told  # it had ended before
    assert re.search(rf"Completed TuningJob     {name}  2 trainings, best {name}-00[12]-\w+: validation:rmse \d", told)
    assert len(re.findall(rf"Completed TrainingJob   {name}-00[12]-", told)) == 2


def test_a_tuning_job_without_a_best() -> None:
    described = {
        "HyperParameterTuningJobStatus": "Failed",
        "HyperParameterTuningJobName": "t",
        "TrainingJobStatusCounters": {"Completed": 0, "NonRetryableError": 5},
    }
    assert tuning_line(described) == "Failed    TuningJob     t  5 trainings, none succeeded"
