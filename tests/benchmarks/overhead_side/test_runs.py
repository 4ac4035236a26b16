"""What the overhead benchmark counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.overhead_side.runs import by_task, covered, cpu_seconds, longest_chain


def test_jobs_at_the_same_time_count_once() -> None:
    assert covered([(5, 9), (0, 2), (1, 4), (6, 7)]) == 8
    assert covered([]) == 0


def test_the_longest_chain_is_that_of_tasks_that_wait_for_each_other() -> None:
    tasks = [("a", "bc"), ("b", "d"), ("c", "d"), ("d", ""), ("e", "d")]
    assert longest_chain({"task_id": name, "downstream_task_ids": list(below)} for name, below in tasks) == 3


def test_a_task_costs_the_median_cpu_and_the_largest_process(tmp_path: Path) -> None:
    costs = tmp_path / "costs.jsonl"
    lines = [{"task": "train", "cpu": cpu, "mb": mb} for cpu, mb in ((1.0, 100), (3.0, 90), (2.0, 110.4))]
    costs.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert by_task(costs) == {"train": {"processes": 3, "cpu_seconds": 2.0, "mb": 110}}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_cpu_of_ended_children_is_counted() -> None:
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"], check=True)
    assert cpu_seconds(os.getpid()) - before > 0.1
