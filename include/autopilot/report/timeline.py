"""When a run's jobs were at work, as bars below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Bar:
    """One job's time.

    :param left: when it began, ``width`` how long it took; in per cent of the time from the first begin
        to the last end.
    :param after: seconds from the first begin to its own.
    """

    left: float
    width: float
    after: float


def bars(jobs: Sequence[Mapping[str, Any]]) -> list[Bar | None]:
    """Return a bar per job; None of one that has no time, or that an earlier run had done already.

    :param jobs: as the operators returned them: ``started`` and ``ended`` in ISO 8601, ``action``.
    """
    times = [_time(job) for job in jobs]
    known = [time for time in times if time is not None]
    if not known:
        return [None] * len(jobs)
    first, last = min(start for start, _ in known), max(end for _, end in known)
    whole = (last - first).total_seconds() or 1.0

    def bar(start: datetime, end: datetime) -> Bar:
        after, lasted = (start - first).total_seconds(), (end - start).total_seconds()
        return Bar(round(100 * after / whole, 2), round(100 * lasted / whole, 2), after)

    return [None if time is None else bar(*time) for time in times]


def _time(job: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    if job.get("action") == "reused" or not job.get("started") or not job.get("ended"):
        return None
    start, end = (datetime.fromisoformat(job[edge]) for edge in ("started", "ended"))
    return (start, end) if start <= end else None
