"""What the dashboard costs those that never show it, and the links to it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from airflow_autopilot.dashboard import addresses
from airflow_autopilot.dashboard.link import ReportLink
from tests.support.repository import ROOT

# What a worker, a scheduler or a DAG processor must not load because of the dashboard.
HEAVY = ("airflow_autopilot.dashboard.app", "boto3", "fastapi", "include.autopilot.overview", "jinja2", "numpy")
_SAID = """
import sys
before = set(sys.modules)
from airflow_autopilot.dashboard import registered
registered.fastapi_apps(), registered.external_views()
print(*sorted(set(sys.modules) - before))
"""


def test_reading_the_plugin_loads_nothing_of_the_dashboard() -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"}
    command = [sys.executable, "-c", f"import airflow.plugins_manager, airflow.configuration\n{_SAID}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    # Airflow logs to the same stream.
    loaded = done.stdout.splitlines()[-1].split()
    assert "airflow_autopilot.dashboard.registered" in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []
    assert len(loaded) < 10, loaded


@pytest.mark.parametrize(
    ("base", "path", "page"),
    [
        ("", "/autopilot", None),
        ("http://localhost:8080", "/autopilot", "http://localhost:8080/autopilot/models/m/runs/k"),
        ("https://a.example/team/", "/team/autopilot", "https://a.example/team/autopilot/models/m/runs/k"),
    ],
)
def test_addresses_follow_airflows_own(monkeypatch: pytest.MonkeyPatch, base: str, path: str, page: str | None) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    assert addresses.dashboard_path() == path
    assert addresses.run_page("m", "k") == page


def test_the_report_task_links_to_the_page_of_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Key:
        dag_id, run_id = "m_retrain", "manual__2024-01-01T00:00:00+00:00/x"

    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    link: Any = ReportLink().get_link(None, ti_key=Key())
    assert link == "/autopilot/airflow/m_retrain/manual__2024-01-01T00%3A00%3A00%2B00%3A00%2Fx"


def test_the_report_of_a_retraining_has_the_button() -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from dags.retrain import retrain
    from include.autopilot.settings.config import parse_model
    from tests.support.observed import YAML

    dag = retrain(parse_model(YAML.format(name="m", title="M", root="s3://some-bucket/m"), "m.yaml"))
    stored = {task["__var"]["task_id"]: task["__var"] for task in DagSerialization.to_dict(dag)["dag"]["tasks"]}
    assert stored["report"]["_operator_extra_links"] == {"Report": "_link_ReportLink"}
