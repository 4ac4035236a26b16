"""The cutoff: the instant a run may see data up to. Resolved once, by the first task; nothing else looks at a clock."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from include.autopilot.base.errors import OptionsError


def parse_cutoff(text: str) -> datetime:
    """Read a date or an instant; without an offset it is UTC.

    :param text: ISO 8601, for example ``2024-02-01`` (midnight) or ``2024-02-01T06:00:00+02:00``.
    :raises OptionsError: the text is neither.
    """
    try:
        return as_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise OptionsError(
            f"cutoff: {text!r} is not a date. Write it like 2024-02-01 or 2024-02-01T06:00:00Z."
        ) from error


def as_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC; an instant without a time zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def resolve_cutoff(
    form: str | None, interval_end: datetime | None, run_after: datetime, delivered: datetime | None = None
) -> datetime:
    """Return the run's cutoff in UTC.

    :param form: what the user typed; wins when given.
    :param interval_end: end of the run's data interval; scheduled runs and backfills have one.
    :param run_after: when Airflow wanted the run to start; all that a manual run without a logical date has.
    :param delivered: the date of the newest drop whose arrival triggered the run. A drop is visible from midnight UTC
        of its date, which is therefore the cutoff; a drop that arrived before its date has to wait for it.
    :raises OptionsError: the form's value is not a date, or lies in the future: the run would see drops before their
        date, and the same run tomorrow might see more.
    """
    if form is not None and form.strip():
        cutoff = parse_cutoff(form)
        if cutoff > as_utc(run_after):
            raise OptionsError(
                f"cutoff: {cutoff.isoformat()} is later than the run's own time, {as_utc(run_after).isoformat()}. "
                "Leave it empty for everything up to now."
            )
        return cutoff
    if delivered is not None:
        return min(as_utc(delivered), as_utc(run_after))
    return as_utc(interval_end or run_after)


def stamp(cutoff: datetime) -> str:
    """Return the cutoff as it stands in S3 keys: ``20240201T000000`` (UTC)."""
    return f"{as_utc(cutoff):%Y%m%dT%H%M%S}"


def run_key(cutoff: datetime, dag_id: str, run_id: str) -> str:
    """Return the name of a run's folder, ``20240201T000000-1a2b3c4d``; two runs never share one."""
    identity = "\n".join((as_utc(cutoff).isoformat(), dag_id, run_id))
    return f"{stamp(cutoff)}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
