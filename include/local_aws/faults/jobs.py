"""Where a job meets the rules: each time it is about to be given an instance."""

from __future__ import annotations

from dataclasses import dataclass

from include.local_aws.faults.book import RuleBook
from include.local_aws.store import Resource

NO_CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)


@dataclass(frozen=True)
class Fate:
    """What one start of a job meets.

    ``starting`` seconds pass before it is known whether there is an instance. ``failure`` is the FailureReason if
    there is none. ``interrupt_after`` that many seconds of training the instance is taken away (None: never); the next
    one comes ``wait`` seconds later, unless the job has been started again ``restarts`` times (None: no limit).
    """

    starting: float = 0
    failure: str | None = None
    interrupt_after: float | None = None
    wait: float = 0
    restarts: int | None = None


def fate_of(book: RuleBook, resource: Resource) -> Fate:
    """Return what the rules have in store for the next start of a job."""
    spot = bool(resource.request.get("EnableManagedSpotTraining"))
    rules = book.met_by_job(f"sagemaker.Create{resource.kind}", resource.name, spot=spot)
    starting = sum(rule.seconds for rule in rules if rule.fault != "interrupt")
    for rule in rules:
        if rule.fault == "capacity":
            return Fate(starting, NO_CAPACITY)
        if rule.fault == "interrupt":
            return Fate(starting, None, rule.seconds, rule.wait, rule.restarts)
    return Fate(starting)
