"""A deadline: in the DAG where the YAML has one, and told by a real Airflow, scheduler and triggerer included."""

from __future__ import annotations

import gc
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.settings.config import parse_model
from tests.support.databases import database
from tests.support.repository import ROOT
from tests.support.tiny import MODEL

SECONDS = 600


def retraining(more: str) -> Any:
    from dags.retrain import retrain

    return retrain(parse_model(f"{MODEL}{more}", "tiny.yaml"))


def test_without_the_key_there_is_no_deadline() -> None:
    assert not retraining("").deadline


def test_a_deadline_counts_from_when_the_run_was_queued_and_names_who_is_told() -> None:
    from airflow.sdk import DeadlineReference

    (alert,) = retraining("late_after_hours: 12\nnotify: {webhook_conn_id: hook}\n").deadline
    assert alert.interval == timedelta(hours=12)
    assert alert.reference == DeadlineReference.DAGRUN_QUEUED_AT
    assert alert.callback.path == "airflow_autopilot.lateness.tell_late"
    assert alert.callback.kwargs == {"title": "A made-up table", "hours": 12, "topic": None, "webhook": "hook"}
    assert json.loads(json.dumps(alert.callback.kwargs)) == alert.callback.kwargs


@contextmanager
def webhook() -> Iterator[tuple[str, queue.Queue[str]]]:
    """A server of incoming webhooks; gives its address and what was posted."""
    posted: queue.Queue[str] = queue.Queue()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.put(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *said: Any) -> None:
            """Be silent."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Connections that the cluster's proxy was still relaying when it was stopped.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.services
@pytest.mark.timeout(2 * SECONDS)
def test_a_run_that_has_not_finished_in_time_is_told(tmp_path: Path) -> None:
    import httpx

    from tests.chaos.cluster import Cluster

    with webhook() as (address, posted), database() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAOS_SQL_ALCHEMY_CONN", place)
        settings = {
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "tests" / "support" / "lateness"),
            "AIRFLOW_CONN_LATE_WEBHOOK": json.dumps({"conn_type": "http", "host": address}),
        }
        cluster = Cluster(tmp_path, settings)
        try:
            cluster.start()
            dag = f"{cluster.api}/api/v2/dags/tiny_retrain"
            _wait(lambda: httpx.get(dag, timeout=60).is_success)
            asked = {"dag_run_id": "late-1", "logical_date": None}
            assert httpx.post(f"{dag}/dagRuns", json=asked, timeout=60).is_success
            told = posted.get(timeout=SECONDS)
            while "is late" not in told:
                told = posted.get(timeout=SECONDS)
        finally:
            cluster.stop()
            gc.collect()
    assert told.startswith("A made-up table: tiny_retrain is late\nRun late-1 of tiny_retrain was queued")


def _wait(reached: Any) -> None:
    import time

    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.5)
