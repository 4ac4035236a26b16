"""A lineage user's side of OpenLineage: a server that takes events over HTTP, and questions about what they say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Dataset = tuple[str, str]


@dataclass
class Received:
    """Events as they came."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def of(self, task: str, kind: str = "COMPLETE") -> list[dict[str, Any]]:
        """Those of one task, by ``<dag>.<task>``."""
        return [event for event in self.events if event["job"]["name"] == task and event["eventType"] == kind]

    def read(self, task: str, kind: str = "COMPLETE") -> set[Dataset]:
        """What a task read: namespaces and names."""
        return self._datasets("inputs", task, kind)

    def made(self, task: str, kind: str = "COMPLETE") -> set[Dataset]:
        """What a task made."""
        return self._datasets("outputs", task, kind)

    def behind(self, dataset: Dataset) -> set[Dataset]:
        """Everything that a dataset comes from, through whatever tasks, as a catalogue draws it."""
        completed = [event for event in self.events if event["eventType"] == "COMPLETE"]
        found, left = set(), {dataset}
        while left:
            one = left.pop()
            for event in completed:
                if one in _named(event["outputs"]):
                    left |= _named(event["inputs"]) - found
                    found |= _named(event["inputs"])
        return found

    def _datasets(self, side: str, task: str, kind: str) -> set[Dataset]:
        return {one for event in self.of(task, kind) for one in _named(event[side])}


def _named(datasets: list[Mapping[str, Any]]) -> set[Dataset]:
    return {(one["namespace"], one["name"]) for one in datasets}


@contextmanager
def listening() -> Iterator[Received]:
    """Let the tasks in this process send their events through the provider's own client to a server on loopback."""
    from airflow.providers.openlineage.plugins.listener import OpenLineageListener
    from airflow.sdk.listener import get_listener_manager

    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.events.append(json.loads(body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, pytest.MonkeyPatch.context() as patch:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        transport = {"type": "http", "url": f"http://127.0.0.1:{server.server_port}", "compression": None}
        patch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", json.dumps(transport))
        patch.setenv("AIRFLOW__OPENLINEAGE__NAMESPACE", "tests")
        # The provider forks otherwise, and this process has threads.
        patch.setenv("AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD", "True")
        manager, listener = get_listener_manager(), OpenLineageListener()
        manager.add_listener(listener)
        try:
            yield received
        finally:
            manager.pm.unregister(listener)
            server.shutdown()
