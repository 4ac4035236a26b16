"""Job logs: one file per log stream in the data folder, shown through moto's CloudWatch Logs.

Only the streams that jobs write are kept; log groups that callers make themselves live as long as the process.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from include.local_aws.account import ACCOUNT
from include.local_aws.folders import inside

Event = tuple[int, str]  # (milliseconds since 1970, message)


class Logbook:
    """Writes log lines; ``loaded`` is set once moto can take them."""

    def __init__(self, folder: Path, loaded: threading.Event) -> None:
        self._folder = folder
        self._loaded = loaded
        self._lock = threading.Lock()

    def write(self, region: str, group: str, stream: str, lines: Sequence[str]) -> None:
        """Append lines, stamped now, to a stream; the stream (and its group) is made if it is new."""
        now = time.time_ns() // 1_000_000
        events = [(now, line) for line in lines]
        self._loaded.wait()
        path = inside(self._folder, f"{region}/{quote(group, safe='')}/{quote(stream, safe='')}.jsonl")
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.writelines(json.dumps(event) + "\n" for event in events)
            _show(region, group, stream, events)

    def restore(self) -> None:
        """Give moto every stream of the data folder."""
        for path in sorted(self._folder.glob("*/*/*.jsonl")):
            region, group = path.parent.parent.name, unquote(path.parent.name)
            _show(region, group, unquote(path.stem), list(_read(path)))


def _read(path: Path) -> list[Event]:
    events = []
    for line in path.read_text().splitlines():
        try:
            moment, message = json.loads(line)
        except ValueError:
            continue  # the last line of a process that was killed while it wrote
        events.append((moment, message))
    return events


def _show(region: str, group: str, stream: str, events: Sequence[Event]) -> None:
    from moto.logs.models import logs_backends

    backend: Any = logs_backends[ACCOUNT][region]
    if group not in backend.groups:
        backend.create_log_group(group, {})
    backend.ensure_log_stream(group, stream)
    shown = backend.groups[group].streams[stream]
    if events:
        # The stream itself takes old events too; PutLogEvents would refuse those of more than two weeks ago.
        shown.put_log_events([{"timestamp": moment, "message": message} for moment, message in events])
        shown.creation_time = min(shown.creation_time, events[0][0])
