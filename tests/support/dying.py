"""A worker that dies just after a task asked SageMaker for its job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_sagemaker_once.owned_job import OwnedJob


def dying_once(patch: pytest.MonkeyPatch, dag: Any, task_id: str) -> list[tuple[str, str]]:
    """Let the worker die once, just after the task asked for its job; gives each try as name and action."""
    patch.setattr(dag.task_dict[task_id], "retry_delay", timedelta(0))
    wait, tries = OwnedJob._wait, []

    def wait_or_die(self: Any, context: Any, submission: Any, *more: Any) -> Any:
        if self.task_id == task_id:
            tries.append((submission.name, submission.action))
            if len(tries) == 1:
                raise ConnectionError("the worker died")
        return wait(self, context, submission, *more)

    patch.setattr(OwnedJob, "_wait", wait_or_die)
    return tries
