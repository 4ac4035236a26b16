"""The first task: the cutoff of a run that a drop's arrival triggered."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.settings.config import load_models

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def arrived(*extras: dict[str, Any]) -> Any:
    """What Airflow puts into the context of a run that asset events triggered."""
    from airflow.sdk.execution_time.comms import AssetEventDagRunReferenceResult
    from airflow.sdk.execution_time.context import TriggeringAssetEventsAccessor

    return TriggeringAssetEventsAccessor.build(
        AssetEventDagRunReferenceResult.model_validate(
            {
                "asset": {"name": "drops", "uri": "s3://autopilot-retrain/bace/drops", "extra": {}},
                "extra": extra,
                "source_task_id": None,
                "source_dag_id": None,
                "source_run_id": None,
                "source_map_index": None,
                "source_aliases": [],
                "timestamp": NOON,
            }
        )
        for extra in extras
    )


def opened(
    monkeypatch: pytest.MonkeyPatch, events: Any, cutoff: str | None = None, began: Any = None
) -> dict[str, str]:
    from airflow_autopilot import opening
    from airflow_autopilot.flow import flow

    run = SimpleNamespace(
        logical_date=None,
        data_interval_end=None,
        run_after=NOON,
        start_date=began,
        run_type="asset_triggered",
        dag_id="d",
        run_id="r",
    )
    context: dict[str, Any] = {"dag_run": run, "params": {"cutoff": cutoff}}
    if events is not None:
        context["triggering_asset_events"] = events
    monkeypatch.setattr(opening, "get_current_context", lambda: context)
    # Other tests have their own models in place of the files'.
    (bace,) = (model for model in load_models() if model.name == "bace")
    return flow(opening.opened)(config=bace)  # type: ignore[no-any-return]


def test_the_cutoff_is_the_newest_arrived_drops_date(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(monkeypatch, arrived({"date": "2024-02-01"}, {"date": "2024-03-01"}, {}))
    assert found["cutoff"] == "2024-03-01T00:00:00+00:00"
    assert found["key"].startswith("20240301T000000-")


def test_when_the_run_began_is_what_airflow_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, None)["started"] == NOON.isoformat()
    later = NOON.replace(year=NOON.year + 2)
    assert opened(monkeypatch, None, began=later)["started"] == later.isoformat()


def test_a_drop_that_arrived_before_its_date_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, arrived({"date": "2024-04-01"}))["cutoff"] == NOON.isoformat()


@pytest.mark.parametrize("events", [None, (), ({},)])
def test_without_a_date_the_runs_own_time_counts(monkeypatch: pytest.MonkeyPatch, events: Any) -> None:
    assert opened(monkeypatch, None if events is None else arrived(*events))["cutoff"] == NOON.isoformat()


def test_what_is_typed_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(monkeypatch, arrived({"date": "2024-03-01"}), "2024-01-15")
    assert found["cutoff"] == "2024-01-15T00:00:00+00:00"


def test_a_date_that_is_none_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match="An asset event's date is not like 2024-02-01: March"):
        opened(monkeypatch, arrived({"date": "March"}))


@pytest.mark.parametrize("kind", ["retrain", "search", "score", "deploy"])
def test_every_operator_that_keeps_records_encrypts_them_as_the_model_says(kind: str) -> None:
    import importlib
    from dataclasses import replace

    from airflow_sagemaker_once.owned_job import OwnedJob
    from include.autopilot.s3.encryption import Encryption

    (bace,) = (model for model in load_models() if model.name == "bace")
    model = replace(bace, encryption=Encryption("aws:kms", "alias/lab"), deploy="endpoint")
    dag = getattr(importlib.import_module(f"dags.{kind}"), kind)(model)
    jobs = [task for task in dag.tasks if isinstance(task, OwnedJob)]
    mapped = [task.partial_kwargs for task in dag.tasks if getattr(task, "partial_kwargs", None)]
    told = [job.records_as for job in jobs] + [one["records_as"] for one in mapped if "records" in one]
    assert told
    assert all(one == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/lab"} for one in told)
