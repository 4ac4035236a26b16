"""How long a job of this step took before, so that the poller looks when it is worth it."""

from __future__ import annotations

import re
import time
from statistics import median
from typing import Any

from airflow_sagemaker_once.denied import is_denied
from airflow_sagemaker_once.kinds import JobKind
from airflow_sagemaker_once.outcome import ended_at

_EARLIER_JOBS = 5
# Among so many newest ones that have the step's name somewhere in theirs; the most that one List gives.
_ASKED = 100
_ASK_AGAIN_SECONDS = 600.0
# What follows model and step: a date, a hash, what a clear and a failed job add, what trainings of a tuning job have.
_WHICH = re.compile(r"(-[0-9]{8})?-[0-9a-f]{8}(-g[0-9]+)?(-r[0-9]+)?(-[0-9]{3}-[0-9a-f]{8})?$")


def step_of(name: str) -> str:
    """Give the part of a job's name that its step's other jobs share: by convention model and step come first.

    That is all before a date and a hash; of a name without a hash its first two words.
    """
    which = _WHICH.search(name)
    return name[: which.start()] if which and which.start() else "-".join(name.split("-")[:2])


def expected_seconds(client: Any, kind: JobKind, name: str) -> float | None:
    """Give the median duration of the newest completed jobs of the same step; None if there is none to be listed."""
    step = step_of(name)
    asked = {"NameContains": f"{step}-", "StatusEquals": "Completed", "MaxResults": _ASKED}
    try:
        found = kind.summaries(client, **asked)
    except Exception as error:
        if is_denied(error):
            return None
        raise
    earlier = [job for job in found if step_of(job[kind.name_member]) == step][:_EARLIER_JOBS]
    ends = [(job["CreationTime"], ended_at(job)) for job in earlier]
    lasted = [(ended - created).total_seconds() for created, ended in ends if ended]
    return median(lasted) if lasted else None


class Expectations:
    """What is expected of each step: asked once for all its waiting jobs, and again after ten minutes."""

    def __init__(self) -> None:
        self._known: dict[tuple[JobKind, str], tuple[float, float | None]] = {}

    def learn(self, client: Any, kind: JobKind, name: str) -> None:
        """Ask SageMaker about the job's step, unless it was asked lately."""
        key = (kind, step_of(name))
        asked, _ = self._known.get(key, (float("-inf"), None))
        if time.monotonic() - asked > _ASK_AGAIN_SECONDS:
            self._known[key] = (time.monotonic(), expected_seconds(client, kind, name))

    def known(self, kind: JobKind, name: str) -> float | None:
        """Give the seconds expected of the job, None if nothing was learned."""
        return self._known.get((kind, step_of(name)), (0.0, None))[1]
