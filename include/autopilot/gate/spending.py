"""The error that a timeline of comparisons may make, and what each of its looks spends of it.

Alpha spending: the errors that the looks are allowed add up to ``1 - confidence`` however many there will be, so the
chance that any of them promotes a model that is no better stays below that (Bonferroni; Foster and Stine 2008, Tian and
Ramdas 2021). It needs nothing of the looks: they may be at the same rows, at overlapping ones or at others.
docs/adr/0023-timeline.md has what was measured, and why the shares fall as 1 / (look + 4)².
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from include.autopilot.settings.gate import GateConfig

# The larger, the more is left for later looks: 4 serves ten to fifty of them.
_FLAT = 4
_WHOLE = math.pi**2 / 6 - sum(1 / number**2 for number in range(1, _FLAT + 1))


@dataclass(frozen=True)
class Look:
    """One comparison of a challenger (or of several at once) with a champion, in the stream that it belongs to.

    :param stream: names the sequence of looks that share one error: ``sealed-<digest>``, the rows of one holdout; of
        rows that change from look to look, any name that stays.
    :param number: 1 is the first one.
    :param since: the event that began the stream anew; None: it goes on since the model's first comparison.
    :param words: which look it is and what error is left, for people; a verdict has it.
    """

    stream: str
    number: int
    since: str | None = None
    words: str = ""


def tails(config: GateConfig, look: Look | None, share: int = 1) -> tuple[float, float]:
    """Return what may lie beyond each end of the interval of the gain, and below its one-sided bound.

    Over a timeline both are the same: what is spent is the error of a promotion, which lies on one side only.

    :param look: None: a comparison that belongs to no timeline.
    :param share: how many challengers share the look's error.
    """
    beside = (1 - config.confidence) / share
    if look is None or config.errors == "comparison":
        return beside / 2, beside
    return beside * _share(look.number), beside * _share(look.number)


def error_left(config: GateConfig, look: Look) -> float:
    """Return what is left for all later looks of the error of a timeline, 0 to 1."""
    spent = sum(_share(number) for number in range(1, look.number + 1))
    return (1 - config.confidence) * (1 - spent)


def look_words(config: GateConfig, look: Look) -> str:
    """Return which look it is and what is left, for people."""
    which = f"the {_ordinal(look.number)} look at these rows"
    if config.errors == "comparison":
        return which
    return f"{which}; {percent(error_left(config, look))} of {percent(1 - config.confidence)} error left"


def percent(share: float) -> str:
    """Return a small share for people, with two digits."""
    return f"{float(f'{100 * share:.2g}'):.10g} %"


def level_words(level: float) -> str:
    """Return a confidence for people: 95%, 99.44%; never 100%."""
    return f"{100 - float(f'{100 * (1 - level):.2g}'):.10g}%"


def _share(number: int) -> float:
    return 1 / ((number + _FLAT) ** 2 * _WHOLE)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
