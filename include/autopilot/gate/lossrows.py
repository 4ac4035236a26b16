"""The rows that make nearly all of a loss: one absurd value decides then, and who reads the verdict must know it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from include.autopilot.gate.confusion import Values
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import ResampledMetric

NEARLY_ALL = 0.9
# Three rows of twenty are no longer a few: where there are fewer rows, fewer of them are named.
_MOST, _ONE_OF = 3, 20
# With fewer rows any one of them may make most of a loss, and nobody has to be told.
_FEWEST = 10
_SHOWN = 60

Places = Callable[[Sequence[str]], Mapping[str, str]]
"""Takes keys and returns where their rows stand, in words; a key that is not found has no entry."""


@dataclass(frozen=True)
class LossRow:
    """One row that, alone or with one or two others, makes nearly all of a loss.

    :param share: of the challenger's loss, 0 to 1; ``champion_share`` of the champion's (or the baseline's).
    :param measured: of a regression the measured value; ``answered`` the challenger's and ``champion_answered`` the
        champion's. None where it is no regression, or there is no champion.
    :param place: file and row, where that is known.
    """

    key: str
    share: float
    champion_share: float | None
    measured: float | None = None
    answered: float | None = None
    champion_answered: float | None = None
    place: str | None = None

    @property
    def words(self) -> str:
        """The row for a sentence."""
        details = [] if self.place is None else [self.place]
        if self.measured is not None:
            answers = [one for one in (self.answered, self.champion_answered) if one is not None]
            details.append(f"measured {self.measured:.4g}, answered {' and '.join(f'{one:.4g}' for one in answers)}")
        return f"key {self.key[:_SHOWN]!r}" + (f" ({'; '.join(details)})" if details else "")


def loss_rows(
    metric: ResampledMetric,
    champion: Contender | None,
    challenger: Contender,
    places: Places | None = None,
    always: bool = False,
) -> tuple[LossRow, ...]:
    """Return the rows that make nearly all of either model's loss; none where the loss is spread, or not of rows.

    :param always: return the row with the largest loss where no few rows make nearly all of it.
    """
    if metric.losses is None:
        return ()
    ours = _shares(metric.losses(challenger))
    theirs = None if champion is None else _shares(metric.losses(champion))
    found = next((few for one in (ours, theirs) if one is not None and (few := _few(one))), [])
    if not found and always:
        found = [int(np.argmax(ours))]
    where = places([challenger.keys[row] for row in found]) if places and found else {}
    return tuple(_row(metric, champion, challenger, ours, theirs, row, where) for row in found)


def sentence_of(rows: Sequence[LossRow]) -> str:
    """Return what to tell of the rows; empty where there are none."""
    if not rows:
        return ""
    ours = sum(row.share for row in rows)
    theirs = None if rows[0].champion_share is None else sum(row.champion_share or 0.0 for row in rows)
    of = []
    if ours >= NEARLY_ALL:
        of.append(f"{_percent(ours)} of the challenger's loss")
    if theirs is not None and theirs >= NEARLY_ALL:
        of.append(f"{_percent(theirs)} of the champion's loss")
    makes = "One row makes" if len(rows) == 1 else f"{len(rows)} rows make"
    which = ", ".join(row.words for row in rows)
    return f"{makes} {' and '.join(of)}: {which}. Look at that first: nothing else counts beside it."


def _row(
    metric: ResampledMetric,
    champion: Contender | None,
    challenger: Contender,
    ours: Values,
    theirs: Values | None,
    row: int,
    where: Mapping[str, str],
) -> LossRow:
    key, share = challenger.keys[row], float(ours[row])
    champion_share = None if theirs is None else float(theirs[row])
    if not metric.regression:
        return LossRow(key, share, champion_share, place=where.get(key))
    return LossRow(
        key,
        share,
        champion_share,
        measured=float(challenger.actual[row]),
        answered=float(challenger.predicted[row]),
        champion_answered=None if champion is None else float(champion.predicted[row]),
        place=where.get(key),
    )


def _few(shares: Values) -> list[int]:
    """Return the fewest rows that make nearly all of a loss, the largest first; none if these are not few."""
    rows = len(shares)
    if rows < _FEWEST:
        return []
    most = min(_MOST, max(1, rows // _ONE_OF))
    largest = np.argpartition(shares, -most)[-most:]
    largest = largest[np.argsort(-shares[largest], kind="stable")]
    enough = np.flatnonzero(np.cumsum(shares[largest]) >= NEARLY_ALL)
    return [int(row) for row in largest[: enough[0] + 1]] if len(enough) else []


def _shares(losses: Values) -> Values:
    total = losses.sum()
    return np.asarray(losses / total if total > 0 else losses, dtype=float)


def _percent(share: float) -> str:
    return "more than 99.9 %" if share > 0.999 else f"{math.floor(share * 1000) / 10:.1f} %"
