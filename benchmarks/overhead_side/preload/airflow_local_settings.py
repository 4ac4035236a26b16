"""Airflow reads this in every process; in a task's it writes down what the process has used when it ends."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from typing import Any

from airflow.listeners import hookimpl
from airflow.sdk.listener import get_listener_manager

__all__: list[str] = []  # nothing of it is a setting


class Costs:
    """One line per task process in the file that ``OVERHEAD_COSTS`` names."""

    def __init__(self) -> None:
        self.task = ""

    @hookimpl
    def on_task_instance_running(self, task_instance: Any) -> None:
        """Remember whose process this is."""
        self.task = task_instance.task_id

    @hookimpl
    def before_stopping(self) -> None:
        """Write what it used: CPU seconds, and its largest size in MB."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        cost = {"task": self.task, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}
        if self.task:
            with Path(os.environ["OVERHEAD_COSTS"]).open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(cost)}\n")


get_listener_manager().add_listener(Costs())
