"""A request that its operator makes by itself, in real DAG runs against the embedded AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG, task

from airflow_sagemaker_once.operators import AutopilotTrainingOperator
from airflow_sagemaker_once.requested import Requested
from airflow_sagemaker_once.transforms import AutopilotTransformsOperator
from tests.support.airflowdb import ran
from tests.support.repository import ROOT
from tests.support.trainings import names, request

MOMENT = datetime(2025, 7, 3, tzinfo=UTC)
_calls: list[dict[str, Any]] = []


def training(**given: Any) -> dict[str, Any] | None:
    """A request made of what an earlier task returned; it tells how often it was asked for."""
    _calls.append(given)
    found = given["found"]
    return (
        None
        if found is None
        else request(found["name"], HyperParameters={"num_round": "2", "objective": "x"} | found["more"])
    )


def dag_of(name: str, found: Any, **options: Any) -> Any:
    def find() -> Any:
        return found

    with DAG(name.replace("-", "_"), schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        earlier = task(find)()
        AutopilotTrainingOperator(task_id="train", config=training, op_kwargs={"found": earlier}, **options)
    return dag


def run(dag: Any) -> tuple[Any, dict[str, Any]]:
    _calls.clear()
    ended = ran(dag, logical_date=MOMENT)
    return ended, {one.task_id: one for one in ended.get_task_instances()}


@pytest.mark.parametrize("deferrable", [True, False], ids=["deferred", "in the worker"])
def test_the_function_is_asked_when_the_task_runs_and_not_for_a_job_that_has_ended_meanwhile(
    airflow_db: None, client: Any, deferrable: bool
) -> None:
    name = f"asked-{deferrable}".lower()
    found = {"name": name, "more": {"objective": "reg:squarederror", "base_score": "0.25"}}
    ended, instances = run(dag_of(name, found, deferrable=deferrable))
    assert ended.state == "success"
    assert _calls == [{"found": found}]
    assert names(client, name) == [name]
    assert client.describe_training_job(TrainingJobName=name)["HyperParameters"]["base_score"] == "0.25"
    assert instances["train"].xcom_pull(task_ids="train")["name"] == name


def test_the_request_is_neither_among_the_rendered_fields_nor_in_xcom(airflow_db: None, client: Any) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.utils.session import create_session
    from sqlalchemy import select

    found = {"name": "asked-rendered", "more": {"objective": "reg:squarederror"}}
    ended, instances = run(dag_of("asked-rendered", found))
    assert ended.state == "success"
    with create_session() as session:
        asked = select(RenderedTaskInstanceFields.rendered_fields).where(
            RenderedTaskInstanceFields.run_id == ended.run_id,
            RenderedTaskInstanceFields.task_id == "train",
            RenderedTaskInstanceFields.dag_id == ended.dag_id,
        )
        fields = session.scalars(asked).one()
    assert fields["config"] == f"<request of {__name__}.training>"
    assert fields["op_kwargs"] == {"found": found}
    returned = instances["train"].xcom_pull(task_ids="train")
    assert "RoleArn" not in json.dumps([fields, returned])


def test_none_skips_the_task(airflow_db: None, client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ended, instances = run(dag_of("asked-none", None))
    assert (ended.state, str(instances["train"].state)) == ("success", "skipped")
    assert "training gives no request: this run has nothing to ask for here." in capsys.readouterr().out
    assert names(client, "asked-none") == []


def test_what_it_is_called_with_makes_the_dependencies() -> None:
    dag = dag_of("asked-edges", None)
    assert dag.task_dict["train"].upstream_task_ids == {"find"}


STORED = """
import json
from datetime import datetime
from airflow.sdk import DAG, task
from airflow.serialization.serialized_objects import DagSerialization
from airflow_sagemaker_once.operators import AutopilotTrainingOperator
from airflow_sagemaker_once.transforms import AutopilotTransformsOperator
def training(found): ...
with DAG("d", schedule=None, start_date=datetime(2024, 1, 1)) as dag:
    given = {"op_kwargs": {"found": task(lambda: 1, task_id="find")()}}
    AutopilotTrainingOperator(task_id="train", config=training, **given)
    AutopilotTransformsOperator.partial(task_id="many", configs=training, **given).expand(batch=[1, 2])
print(json.dumps(DagSerialization.to_dict(dag), sort_keys=True))
"""


def test_the_stored_dag_is_the_same_in_every_process(tmp_path: Path) -> None:
    file = tmp_path / "stored.py"
    file.write_text(STORED)

    def stored() -> str:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
        asked = [sys.executable, str(file)]
        ended = subprocess.run(asked, capture_output=True, text=True, check=True, env=environment)
        return ended.stdout.splitlines()[-1]

    first = stored()
    assert first == stored()
    assert "<request of __main__.training>" in first
    assert " at 0x" not in first


def test_a_mapped_task_asks_for_the_jobs_of_its_batch(airflow_db: None) -> None:
    seen: list[dict[str, Any]] = []

    def none(**given: Any) -> list[dict[str, Any]]:
        seen.append(given)
        return []

    with DAG("asked_batches", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        AutopilotTransformsOperator.partial(
            task_id="many", configs=none, op_kwargs={"with": "m"}, map_index_template="{{ task.batch['name'] }}"
        ).expand(batch=[{"name": "first"}, {"name": "second"}])
    ended, _ = run(dag)
    assert ended.state == "success"
    # In whatever order Airflow takes them.
    asked = sorted(seen, key=lambda given: given["batch"]["name"])
    assert asked == [{"with": "m", "batch": {"name": name}} for name in ("first", "second")]
    assert sorted(one.rendered_map_index for one in ended.get_task_instances()) == ["first", "second"]


def test_airflow_does_not_call_it_while_it_renders() -> None:
    kept = Requested(training)
    _calls.clear()
    assert kept(context={}, jinja_env=None) is kept  # as Airflow does from 3.3 on
    assert _calls == []
