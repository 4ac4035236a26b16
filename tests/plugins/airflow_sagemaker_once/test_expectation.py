"""How long a step takes is learned from SageMaker itself, with few calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import expectation, kinds
from airflow_sagemaker_once.expectation import Expectations, expected_seconds, step_of
from airflow_sagemaker_once.submit import submit
from tests.support.trainings import OWNER, ended, request


class Lists:
    """A client whose completed jobs took the given seconds, the newest first."""

    def __init__(self, *seconds: float | None, named: Sequence[str] = ()) -> None:
        self.seconds, self.named = seconds, named
        self.queries: list[dict[str, Any]] = []

    def list_training_jobs(self, **query: Any) -> dict[str, Any]:
        self.queries.append(query)
        began = datetime(2024, 1, 1, tzinfo=UTC)
        ends = [{} if s is None else {"TrainingEndTime": began + timedelta(seconds=s)} for s in self.seconds]
        names = self.named or [f"{query['NameContains']}20231201-0a1b2c3d"] * len(ends)
        jobs = zip(names, ends, strict=True)
        return {"TrainingJobSummaries": [{"TrainingJobName": name, "CreationTime": began, **end} for name, end in jobs]}


def test_the_median_of_the_newest_five() -> None:
    lists = Lists(10, 20, 30, 40, 1000, 1, 1, 1)
    assert expected_seconds(lists, kinds.TRAINING, "bace-train-20240101-ab12cd34") == 30
    assert lists.queries[0]["NameContains"] == "bace-train-"
    assert lists.queries[0]["SortOrder"] == "Descending"


@pytest.mark.parametrize("seconds", [(), (None,)])
def test_nothing_to_learn_from(seconds: tuple[float | None, ...]) -> None:
    assert expected_seconds(Lists(*seconds), kinds.TRAINING, "bace-train-20240101-ab12cd34") is None


def test_who_may_not_list_learns_nothing() -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "m"}}, "ListTrainingJobs")

    assert expected_seconds(SimpleNamespace(list_training_jobs=refuse), kinds.TRAINING, "bace-train-1") is None


def test_a_step_is_asked_for_once_and_again_when_the_answer_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    lists, expectations = Lists(10), Expectations()
    for name in ("bace-train-1", "bace-train-2", "bace-score-1"):
        expectations.learn(lists, kinds.TRAINING, name)
    assert len(lists.queries) == 2
    assert expectations.known(kinds.TRAINING, "bace-train-3") == 10
    assert expectations.known(kinds.TRAINING, "other-train-3") is None
    monkeypatch.setattr(expectation, "_ASK_AGAIN_SECONDS", -1.0)
    expectations.learn(lists, kinds.TRAINING, "bace-train-1")
    assert len(lists.queries) == 3


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("bace-train-20240101-ab12cd34", "bace-train"),
        ("my-model-train-20240101-ab12cd34", "my-model-train"),
        ("my-model-predict-champion-20240101-ab12cd34-g1-r2", "my-model-predict-champion"),
        ("my-mode-tune-ab12cd34", "my-mode-tune"),
        ("my-mode-tune-ab12cd34-r1-003-c0ecb8eb", "my-mode-tune"),
        ("my-model-20240101-ab12cd34", "my-model"),
        ("churn-train-20240101T000000", "churn-train"),
        ("ab12cd34-train", "ab12cd34-train"),
        ("-ab12cd34", "-ab12cd34"),
        ("train", "train"),
    ],
)
def test_the_step_of_a_name(name: str, step: str) -> None:
    assert step_of(name) == step


def test_what_another_step_or_another_model_took_does_not_count() -> None:
    """A model's name may have words, as my_model, and may be the end of another's."""
    named = ["my-model-fit-featurizer-20240101-0a1b2c3d", "not-my-model-train-20240101-0a1b2c3d",
             "my-model-train-20240101-0a1b2c3d"]  # fmt: skip
    assert expected_seconds(Lists(1000, 500, 20, named=named), kinds.TRAINING, "my-model-train-20240201-0a1b2c3d") == 20


def test_real_jobs(client: Any) -> None:
    assert expected_seconds(client, kinds.TRAINING, "learn-from-2") is None
    submit(client, kinds.TRAINING, request("learn-from-1"), OWNER)
    assert ended(client, "learn-from-1") == "Completed"
    described = client.describe_training_job(TrainingJobName="learn-from-1")
    lasted = (described["TrainingEndTime"] - described["CreationTime"]).total_seconds()
    assert expected_seconds(client, kinds.TRAINING, "learn-from-2") == pytest.approx(lasted, abs=0.01)
