"""What a trigger takes through a restart of the triggerer, and when it fires."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.serde import deserialize, serialize

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.submit import submit
from airflow_sagemaker_once.trigger import JobTrigger, PauseTrigger, Waiting, wait
from tests.support.faulty import CONNECTION, Faulty
from tests.support.trainings import OWNER, request

FULL = {
    "member": "TrainingJob",
    "name": "j",
    "created": "2024-01-01T00:00:00+00:00",
    "action": "adopted",
    "limit_seconds": 4500.0,
    "owned": True,
    "aws_conn_id": "aws_default",
    "region_name": "eu-west-1",
    "queue_url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    "waited_seconds": 120.0,
}


def moved(trigger: Any) -> Any:
    """The trigger as another triggerer makes it, its arguments having been in the database."""
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    assert module == "airflow_sagemaker_once.trigger"
    stored = json.loads(json.dumps(serialize(arguments)))
    return {"JobTrigger": JobTrigger, "PauseTrigger": PauseTrigger}[name](**deserialize(stored))


def first_event(trigger: Any) -> Any:
    async def fire() -> Any:
        return (await anext(aiter(trigger.run()))).payload

    return asyncio.run(fire())


def test_a_job_trigger_survives_a_move() -> None:
    assert moved(JobTrigger(**FULL)).waiting == Waiting(**FULL)  # type: ignore[arg-type]


def test_a_pause_survives_a_move_and_begins_anew() -> None:
    again = moved(PauseTrigger(0.01, 7.5))
    assert (again.seconds, again.waited_seconds) == (0.01, 7.5)
    assert first_event(again) == {"waited_seconds": 7.5}


def test_the_event_has_all_the_operator_needs(client: Any) -> None:
    made = submit(client, kinds.TRAINING, request("fires"), OWNER)
    begun = made.description["CreationTime"].isoformat()
    trigger = JobTrigger(
        member="TrainingJob",
        name="fires",
        created=begun,
        action="created",
        owned=True,
        waited_seconds=3.0,
        aws_conn_id="aws_default",
    )
    event = first_event(moved(trigger))
    assert event == {"name": "fires", "ended": True, "action": "created", "owned": True, "waited_seconds": 3.0}
    assert json.loads(json.dumps(event)) == event
    # Each loop has a poller of its own: a second one, as after a restart, works like the first.
    assert first_event(moved(trigger)) == event


@pytest.mark.parametrize("age", [0, 3600])
def test_the_limit_counts_from_the_jobs_creation(faulty: Faulty, age: int) -> None:
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    name = f"limit-{age}"
    faulty.client.create_training_job(**request(name))
    created = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    waiting = Waiting("TrainingJob", name, created, "created", limit_seconds=age + 0.5, aws_conn_id=CONNECTION)
    assert asyncio.run(asyncio.wait_for(wait(waiting), 10)) is False
    assert faulty.client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress"
    faulty.client.stop_training_job(TrainingJobName=name)
