"""What a run says of its drops although nothing stops it: what it does not see, and what it sees only now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from include.autopilot.drops.holdouts import Holdout
from include.autopilot.drops.listing import Listing
from include.autopilot.drops.plan import Plan, PlannedDrop

# Files that a sentence names.
_SHOWN = 5


def remarks_of(plan: Plan, listing: Listing, holdouts: Sequence[Holdout], now: datetime) -> tuple[str, ...]:
    """Return all that a run says of its drops and holdouts, a sentence each.

    :param now: when the run began, by the first task.
    """
    files = [f"{drop.name}/{file}" for drop in plan.drops for file in drop.prepared.unended]
    return (
        *remarks_on(listing, plan.cutoff, now),
        *_left_aside(listing, plan.drops),
        *unended_told([*files, *unended_holdouts(holdouts)]),
        *_since_first(plan.first, plan.drops),
    )


def remarks_on(listing: Listing, cutoff: datetime, now: datetime) -> tuple[str, ...]:
    """Return a sentence per object that looks like data and is not seen, and per drop of the future.

    :param now: when the run began, by the first task.
    """
    future = [drop.name for drop in listing.drops if drop.instant > max(cutoff, now)]
    return (
        *(f"{passed.uri} is passed over: {passed.why}" for passed in listing.passed_over),
        *(
            f"Drop {name} is dated after the day of this run, {now.date().isoformat()}: no run sees it before its "
            "date. Rename the folder if the date is a slip."
            for name in future
        ),
    )


def unended_holdouts(holdouts: Iterable[Holdout]) -> list[str]:
    """Return the files of holdouts whose last line has no line end."""
    return [f"holdout/{holdout.name}.csv" for holdout in holdouts if not holdout.ended]


def unended_told(files: Sequence[str]) -> Iterator[str]:
    """Yield one sentence on files whose last line has no line end, if there are any."""
    if files:
        does, their = ("does", "its") if len(files) == 1 else ("do", "their")
        yield (
            f"{_named(files)} {does} not end with a line end: {their} last row may be cut off in the middle of a cell. "
            "Compare it with the source, and deliver the file again if something is missing."
        )


def _left_aside(listing: Listing, drops: Sequence[PlannedDrop]) -> Iterator[str]:
    """Yield a sentence on the run's empty files, and one on the files beside them that are no data by their names."""
    empty = [f"{drop.name}/{drop.files[number].rpartition('/')[2]}" for drop in drops for number in drop.prepared.empty]
    folders = {drop.name for drop in drops}
    marks = [mark for mark in listing.marks if mark.partition("/")[0] in folders]
    for files, what in ((empty, "empty"), (marks, "no data by their names")):
        if files:
            yield f"Files of the drops that are {what} are passed over: {_named(files)}."


def contents_of(drops: Sequence[PlannedDrop]) -> dict[str, str]:
    """Return what a run is made of: drop -> the digest of its content."""
    return {drop.name: drop.prepared.digest for drop in drops}


def _since_first(first: Mapping[str, str] | None, drops: Sequence[PlannedDrop]) -> Iterator[str]:
    """Yield a sentence per drop that a cleared run uses differently from the first time.

    :param first: what the run was made of when it was prepared first; None: that is now.
    """
    if first is None:
        return
    for drop in drops:
        rows = f"{drop.prepared.train + drop.prepared.validation} rows"
        if drop.name not in first:
            yield f"Drop {drop.name} ({rows}) was not there when this run was prepared first, and is used now."
        elif first[drop.name] != drop.prepared.digest:
            yield f"Drop {drop.name} ({rows}) is not what it was when this run was prepared first."
    for name in sorted(first.keys() - {drop.name for drop in drops}):
        yield f"Drop {name} was used when this run was prepared first, and is not any more."


def _named(files: Sequence[str]) -> str:
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return ", ".join(files[:_SHOWN]) + more
