from __future__ import annotations

import json
import multiprocessing.forkserver
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from include.local_aws.runner import processes
from include.local_aws.runner.processes import Ended, execute


def _run(tmp_path: Path, *, deadline: float = 60, ended_by: str | None = None, image: str = "no-image") -> Ended:
    opt_ml = tmp_path / "opt" / "ml"
    opt_ml.mkdir(parents=True, exist_ok=True)
    return execute(
        "train_main",
        [image, str(opt_ml)],
        {"JOB": "here"},
        tmp_path / "log.txt",
        deadline=time.monotonic() + deadline,
        ended_by=lambda: ended_by,
        each_tick=lambda: None,
    )


def test_the_exit_code_and_the_output_come_back(tmp_path: Path) -> None:
    assert _run(tmp_path) == Ended(2)
    assert "no-image" in (tmp_path / "log.txt").read_text()
    assert "no-image" in (tmp_path / "opt" / "ml" / "output" / "failure").read_text()


def test_an_entry_that_does_not_exist_is_a_traceback_in_the_log(tmp_path: Path) -> None:
    ended = execute(
        "nothing_main",
        [],
        {},
        tmp_path / "log.txt",
        deadline=time.monotonic() + 60,
        ended_by=lambda: None,
        each_tick=lambda: None,
    )
    assert ended == Ended(1)
    assert "AttributeError" in (tmp_path / "log.txt").read_text()


def test_the_transform_entry_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"output_dir": str(tmp_path / "output")}))
    ended = execute(
        "transform_main",
        [str(tmp_path / "spec.json")],
        {},
        tmp_path / "log.txt",
        deadline=time.monotonic() + 60,
        ended_by=lambda: None,
        each_tick=lambda: None,
    )
    assert ended.exit_code in {1, 2}
    assert (tmp_path / "failure").exists()


def test_jobs_that_end_while_others_start_keep_their_exit_code(tmp_path: Path) -> None:
    """With multiprocessing's own waiting about one in 70 of these came back as 255."""

    def ends_at_once(number: int) -> Ended:
        log = tmp_path / f"{number}.txt"
        forever = time.monotonic() + 60
        return execute("nothing_main", [], {}, log, deadline=forever, ended_by=lambda: None, each_tick=lambda: None)

    with ThreadPoolExecutor(6) as threads:
        assert Counter(threads.map(ends_at_once, range(360))) == {Ended(1): 360}


def test_a_job_whose_fork_server_died_is_lost_and_has_ended(tmp_path: Path) -> None:
    """Its exit code is then not known, which is not the same as an exit code of 255."""
    server = multiprocessing.forkserver._forkserver
    processes.warm_up()
    children: list[psutil.Process] = []

    def kill_once_it_runs() -> None:
        if not children and (tmp_path / "log.txt").exists():
            children.extend(psutil.Process(server._forkserver_pid).children())
            os.kill(server._forkserver_pid, signal.SIGTERM)

    fifo = tmp_path / "never"
    os.mkfifo(fifo)  # reading the specification sleeps for ever
    ended = execute(
        "transform_main",
        [str(fifo)],
        {},
        tmp_path / "log.txt",
        deadline=time.monotonic() + 60,
        ended_by=lambda: None,
        each_tick=kill_once_it_runs,
    )
    assert (ended.ended_by, ended.by_itself) == (processes.LOST, True)
    assert len(children) == 1
    assert children[0].wait(20) is None or not children[0].is_running()


def test_the_fork_server_is_out_of_reach_of_what_ends_a_group(tmp_path: Path) -> None:
    _run(tmp_path)
    assert os.getpgid(multiprocessing.forkserver._forkserver._forkserver_pid) != os.getpgid(0)


@pytest.fixture(scope="module", autouse=True)
def _forkserver() -> None:
    processes.warm_up()
