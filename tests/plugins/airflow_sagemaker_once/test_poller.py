"""The poller against a scripted client: what it asks, how often, and what trouble does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from airflow_sagemaker_once import kinds, poller
from airflow_sagemaker_once.poller import Poller, is_transient, pause_seconds


class Script:
    """SageMaker with jobs that end when the test says so; counts the calls.

    :param jobs: the jobs there are, the newest first, and their status; all were made at ``created``.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, str] = {}
        self.created = datetime.now(UTC)
        self.calls: list[str] = []
        self.trouble: list[Exception] = []
        self.refused: dict[str, Exception] = {}

    def begin(self, *names: str) -> None:
        self.jobs |= dict.fromkeys(names, "InProgress")

    def finish(self) -> None:
        self.jobs = dict.fromkeys(self.jobs, "Completed")

    def list_training_jobs(self, **query: Any) -> dict[str, Any]:
        if query.get("StatusEquals") == "Completed":  # how long earlier jobs took
            return {"TrainingJobSummaries": []}
        self.calls.append("list")
        if self.trouble:
            raise self.trouble.pop(0)
        assert query["CreationTimeAfter"] < self.created
        wanted = query.get("StatusEquals")
        found = [
            {"TrainingJobName": name, "TrainingJobStatus": status}
            for name, status in self.jobs.items()
            if query.get("NameContains", "") in name and wanted in (None, status)
        ]
        start = int(query.get("NextToken", 0))
        end = start + query["MaxResults"]
        return {"TrainingJobSummaries": found[start:end]} | ({"NextToken": str(end)} if found[end:] else {})

    def describe_training_job(self, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        self.calls.append("describe")
        if TrainingJobName in self.refused:
            raise self.refused[TrainingJobName]
        return {"TrainingJobName": TrainingJobName, "TrainingJobStatus": self.jobs[TrainingJobName]}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    monkeypatch.setattr(poller, "SHORTEST_SECONDS", 0.02)
    monkeypatch.setattr(poller, "LONGEST_SECONDS", 0.05)
    return Script()


def refusal(code: str, status: int = 400) -> ClientError:
    details = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(details, "ListTrainingJobs")  # type: ignore[arg-type]


async def wait_for(script: Script, names: list[str], after: Callable[[], None]) -> list[Any]:
    shared = Poller(lambda: script)
    waits = [asyncio.create_task(shared.ended(kinds.TRAINING, name, 0.0)) for name in names]
    await asyncio.sleep(0.1)
    assert not any(task.done() for task in waits)
    after()
    return list(await asyncio.wait_for(asyncio.gather(*waits), 5))


def test_a_hundred_jobs_share_each_look(script: Script) -> None:
    names = [f"bace-train-{number}" for number in range(100)]
    script.begin(*names)
    ended = asyncio.run(wait_for(script, names, script.finish))
    assert ended == ["Completed"] * 100
    assert script.calls.count("describe") == 0
    assert script.calls.count("list") < 15


def test_more_jobs_than_a_page_take_as_many_pages(script: Script) -> None:
    names = [f"job-{number}" for number in range(250)]
    script.begin(*names)
    asyncio.run(wait_for(script, names, script.finish))
    assert script.calls.count("describe") == 0


def test_running_jobs_pushed_off_the_page_by_others_are_listed_by_themselves(script: Script) -> None:
    names = ["job-a", "job-b"]
    script.jobs = dict.fromkeys([f"job-other-{number}" for number in range(300)], "Completed")
    script.begin(*names)

    async def two_looks() -> list[str]:
        shared = Poller(lambda: script)
        waits = [asyncio.create_task(shared.ended(kinds.TRAINING, name, 0.0)) for name in names]
        while len(script.calls) < 4:
            await asyncio.sleep(0.01)
        assert script.calls[:4] == ["list"] * 4
        script.finish()
        return list(await asyncio.wait_for(asyncio.gather(*waits), 5))

    assert asyncio.run(two_looks()) == ["Completed", "Completed"]
    assert script.calls.count("describe") == 2


def test_a_job_that_is_stopping_is_waited_for(script: Script) -> None:
    script.jobs = {"j": "Stopping"}
    assert asyncio.run(wait_for(script, ["j"], lambda: script.jobs.update(j="Stopped"))) == ["Stopped"]


def test_a_job_that_cannot_be_described_fails_its_own_wait_only(script: Script) -> None:
    script.begin("job-a")
    script.refused = {"job-gone": refusal("ValidationException")}

    async def both() -> str:
        shared = Poller(lambda: script)
        other = asyncio.create_task(shared.ended(kinds.TRAINING, "job-a", 0.0))
        with pytest.raises(ClientError, match="ValidationException"):
            await shared.ended(kinds.TRAINING, "job-gone", 0.0)
        assert not other.done()
        script.finish()
        return await asyncio.wait_for(other, 5)

    assert asyncio.run(both()) == "Completed"


@pytest.mark.parametrize(
    "error",
    [
        refusal("ThrottlingException"),
        refusal("ExpiredTokenException"),
        refusal("Anything", 503),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
    ],
)
def test_trouble_slows_and_never_ends_a_wait(script: Script, error: Exception) -> None:
    script.begin("j")
    script.trouble = [error, error]
    assert asyncio.run(wait_for(script, ["j"], script.finish)) == ["Completed"]
    assert not script.trouble


def test_what_waiting_cannot_mend_reaches_the_task(script: Script) -> None:
    script.begin("j")
    script.trouble = [refusal("ValidationException")]
    shared = Poller(lambda: script)
    with pytest.raises(ClientError, match="ValidationException"):
        asyncio.run(shared.ended(kinds.TRAINING, "j", 0.0))


def test_where_listing_is_denied_each_job_is_described_with_one_warning(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    script.begin("a", "b")
    script.trouble = [refusal("AccessDeniedException") for _ in range(9)]
    assert asyncio.run(wait_for(script, ["a", "b"], script.finish)) == ["Completed", "Completed"]
    assert script.calls.count("list") == 1
    assert script.calls.count("describe") >= 4
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "each training job is described by itself from now on, since none can be listed" in warning


def test_who_may_neither_list_nor_describe_is_told(script: Script) -> None:
    script.begin("j")
    script.trouble, script.refused = [refusal("AccessDeniedException")], {"j": refusal("AccessDeniedException")}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        asyncio.run(Poller(lambda: script).ended(kinds.TRAINING, "j", 0.0))


def test_an_event_wakes_it(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "SHORTEST_SECONDS", 60.0)
    monkeypatch.setattr(poller, "LONGEST_SECONDS", 60.0)
    script.begin("j")

    async def woken() -> None:
        shared = Poller(lambda: script)
        wait = asyncio.create_task(shared.ended(kinds.TRAINING, "j", 0.0))
        await asyncio.sleep(0.05)
        script.finish()
        shared.wake("j")
        await asyncio.wait_for(wait, 2)

    asyncio.run(woken())
    assert script.calls == ["describe"]


def test_it_looks_seldom_far_from_the_expected_end_and_often_near_it() -> None:
    assert pause_seconds(10, 100, 1) == 30
    assert pause_seconds(96, 100, 1) == 2
    assert pause_seconds(104, 100, 1) == 2
    assert pause_seconds(600, 100, 1) == 30


def test_while_nobody_knows_it_looks_once_per_tenth_of_the_age() -> None:
    assert pause_seconds(0, None, 1) == 1
    assert pause_seconds(100, None, 1) == 10
    assert pause_seconds(10_000, None, 1) == 30


def test_the_more_wait_the_sooner_an_end_is_noticed() -> None:
    assert pause_seconds(10_000, None, 4) == 15
    assert pause_seconds(10_000, None, 100) == 7.5
    assert pause_seconds(10_000, 1_000, 100) == 7.5


@pytest.mark.parametrize(("error", "transient"), [(NoCredentialsError(), False), (ValueError("x"), False)])
def test_lasting_trouble(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient
