"""Whether a run may spend without asking. One rule for what is not known: it may be too much, so somebody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """US dollars; None: no limit of this kind."""

    per_month: float | None
    per_run: float | None


def reasons_to_ask(limits: Limits, estimate: float | None, month: str, spent: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one sentence per reason why a person has to agree; none: the run may spend.

    :param estimate: US dollars that the run is expected to cost; None: unknown.
    :param month: the month that the run spends in, ``YYYY-MM``.
    :param spent: totals of that month so far, see :func:`include.autopilot.cost.billing.totals`.
    """
    if limits.per_month is None and limits.per_run is None:
        return ()
    found = []
    if estimate is None:
        found.append("What the run will cost is unknown.")
    elif limits.per_run is not None and estimate > limits.per_run:
        found.append(f"The run is estimated at {estimate:.2f} USD; its limit is {limits.per_run:.2f} USD.")
    if limits.per_month is not None:
        found += _month(limits.per_month, estimate, month, spent)
    return tuple(found)


def _month(limit: float, estimate: float | None, month: str, spent: Mapping[str, Any]) -> list[str]:
    found = []
    total = spent["known_usd"] + (estimate or 0)
    if total > limit:
        with_run = "" if estimate is None else f", with this run {total:.2f} USD"
        found.append(f"{month} has cost {spent['known_usd']:.2f} USD so far{with_run}; the budget is {limit:.2f} USD.")
    elif spent["unknown"]:
        found.append(
            f"The cost of {spent['unknown']} jobs of {month} is unknown, and so is what is left of {limit:.2f} USD."
        )
    return found


def question(what: str, estimate: str, reasons: tuple[str, ...]) -> str:
    """Return what a person reads before they decide.

    :param what: what is to be paid for, e.g. ``Retraining BACE for the cutoff 2024-02-01``.
    :param estimate: the estimate's own sentence.
    """
    listed = "\n".join(f"- {reason}" for reason in reasons)
    return f"{what}: {estimate}\n\n{listed}\n\nApprove: the run starts its jobs. Reject: it ends without starting one."
