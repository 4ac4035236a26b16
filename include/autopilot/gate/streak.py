"""When a new search may be worth it: the champion was kept again and again, or the data has something new.

Pure, over records like the ledger's: ``cutoff`` (ISO 8601), ``decision`` (promote or keep) and ``reason``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The challenger was compared and did not win.
LOST = frozenset(
    {
        "tie", "worse", "too_small", "worse_on_sealed", "worse_in_segment", "uncertain", "no_better_than_baseline",
        "not_finite",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Signal:
    """Whether to search again.

    :param losses: how many challengers in a row, the newest included, did not win.
    :param sentences: one per reason to search; empty: there is none.
    """

    losses: int
    sentences: tuple[str, ...]

    @property
    def searches(self) -> bool:
        """Whether there is a reason."""
        return bool(self.sentences)


def losses_in_a_row(records: Iterable[Mapping[str, Any]]) -> int:
    """Count the challengers that lost since the last one that won, in the order of their cutoffs.

    A cutoff that was run twice counts once, by its last record. A verdict that compared nothing (too few rows, a gate
    that is disabled, a metric that is not defined) is no loss and ends no streak.
    """
    by_cutoff = {str(record["cutoff"]): record for record in records}
    count = 0
    for cutoff in sorted(by_cutoff, reverse=True):
        record = by_cutoff[cutoff]
        if record["decision"] == "promote":
            break
        count += record["reason"] in LOST
    return count


def search_signal(records: Iterable[Mapping[str, Any]], after: int | None, new_columns: Sequence[str] = ()) -> Signal:
    """Say whether to search again, and why.

    :param records: verdicts, in any order; of one cutoff the last one counts.
    :param after: so many losses in a row are a reason; None: they never are, and neither is anything else.
    :param new_columns: columns that the newest drop has and no earlier one had.
    """
    losses = losses_in_a_row(records)
    if after is None:
        return Signal(losses, ())
    sentences = []
    if losses >= after:
        sentences.append(
            f"The champion was kept {losses} times in a row (search_after_losses: {after}): retraining this pipeline "
            "no longer helps, a new search may."
        )
    if new_columns:
        named = f"column{'s' if len(new_columns) > 1 else ''} {', '.join(map(repr, new_columns))}"
        sentences.append(f"New in the newest drop: {named}. Only a new search can use it.")
    return Signal(losses, tuple(sentences))


def new_in_newest(extras: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the columns that only the newest drop has; what earlier drops had was said when it came.

    :param extras: per drop, oldest first, the columns outside the contract. One drop alone has nothing to be new to.
    """
    if len(extras) < 2:
        return ()
    before = {name for drop in extras[:-1] for name in drop}
    return tuple(name for name in extras[-1] if name not in before)
