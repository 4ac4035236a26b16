"""What the scale benchmark makes of what it saw."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.scale import flat, table
from benchmarks.scale_side.window import Task, lags, memory_mb, percentile


def figures(factor: float) -> dict[str, Any]:
    return {
        "tasks_per_second": 0.5 * factor,
        "tasks_per_cpu_second": 0.4 * factor,
        "queued_to_running": 2.0 * factor,
        "calls_per_task": 20 * factor,
        "triggerer_cpu_per_minute": 3 * factor,
        "cpu_per_task": {"scheduler": 0.2 * factor, "api-server": 0.4 * factor},
        "memory_mb": {"scheduler": 200 * factor},
        "dag_processor_cpu_per_round": 3.0 * factor,
    }


def test_flat_compares_the_last_window_with_the_first() -> None:
    told = flat(1, figures(1), 100, figures(1.5))
    assert told.pop("dag_processor_cpu_per_round_and_model") == 0.01  # 3.0 CPU s for one model, 4.5 for a hundred
    assert set(told.values()) == {1.5}
    assert "cpu_per_task.scheduler" in told
    assert "memory_mb.scheduler" in told


def test_the_table_has_a_column_for_each_window() -> None:
    head, first, *rest = table(
        {1: figures(1), 100: {**figures(2), "with_priority": {"wait_for_slot": 1.25}}}
    ).splitlines()
    assert head.split() == ["models", "1", "100"]
    assert first.split() == ["tasks_per_second", "0.5", "1.0"]
    assert rest[-1].split() == ["with_priority.wait_for_slot", "-", "1.25"]


def test_a_task_that_was_deferred_tells_nothing_of_its_waits() -> None:
    direct = [Task(0, 2, 3 + place, 9, "prepare", "a_retrain") for place in range(3)]
    deferred = Task(50, 60, 5, 70, "train", "a_retrain")
    told = lags([*direct, deferred])
    assert told == {
        "direct_tasks": 3,
        "wait_for_slot": 2,
        "wait_for_slot_p95": 2,
        "queued_to_running": 2,
        "queued_to_running_p95": 3,
    }
    assert lags([deferred]) == {"direct_tasks": 0}


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3, 1, 2], 0.95) == 3
    assert percentile(range(100), 0.95) == 95


def test_memory_is_that_of_a_process_and_all_below_it() -> None:
    assert memory_mb([os.getpid()]) > 10
    assert memory_mb([2**22 - 1]) == 0
