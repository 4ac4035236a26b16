from __future__ import annotations

import json
import threading
import time
from pathlib import Path

from moto.logs.models import logs_backends

from include.local_aws.account import ACCOUNT
from include.local_aws.logbook import Logbook

GROUP, STREAM = "/aws/sagemaker/TrainingJobs", "job/algo-1-1"


def _loaded() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _shown(region: str, stream: str = STREAM) -> list[str]:
    backend = logs_backends[ACCOUNT][region]
    return [event.message for event in backend.groups[GROUP].streams[stream].events]


def test_lines_are_shown_and_kept(tmp_path: Path) -> None:
    book = Logbook(tmp_path, _loaded())
    book.write("eu-west-1", GROUP, STREAM, ["one", "zwei ü"])
    book.write("eu-west-1", GROUP, STREAM, ["three"])
    assert _shown("eu-west-1") == ["one", "zwei ü", "three"]
    logs_backends[ACCOUNT]["eu-west-1"].groups.clear()
    Logbook(tmp_path, _loaded()).restore()
    assert _shown("eu-west-1") == ["one", "zwei ü", "three"]


def test_old_lines_and_half_lines_do_not_stop_a_restart(tmp_path: Path) -> None:
    book = Logbook(tmp_path, _loaded())
    book.write("eu-west-2", GROUP, STREAM, ["new"])
    path = next(tmp_path.glob("eu-west-2/*/*.jsonl"))
    year_ago = int((time.time() - 365 * 86_400) * 1000)
    path.write_text(json.dumps([year_ago, "old"]) + "\n" + path.read_text() + '[17, "hal')
    logs_backends[ACCOUNT]["eu-west-2"].groups.clear()
    Logbook(tmp_path, _loaded()).restore()
    assert _shown("eu-west-2") == ["old", "new"]


def test_writers_wait_for_moto(tmp_path: Path) -> None:
    loaded = threading.Event()
    book = Logbook(tmp_path, loaded)
    writer = threading.Thread(target=book.write, args=("eu-west-3", GROUP, "job/waiting", ["line"]))
    writer.start()
    writer.join(0.05)
    assert writer.is_alive()
    loaded.set()
    writer.join(5)
    assert _shown("eu-west-3", "job/waiting") == ["line"]
