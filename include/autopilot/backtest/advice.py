"""The schedule that a backtest recommends, and how little is certain about it.

The schedule with the smallest loss is the measure. The cheapest one is recommended that is worse than it by no more
than the margin, where that is within chance, or where the whole interval of the difference is within the margin. How
much worse it may yet be is told, and so is which cheaper one was passed over for a difference that may be chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from include.autopilot.backtest.compared import Compared, Difference
from include.autopilot.backtest.schedules import NEVER

# With fewer, one drop more or less decides.
FEWEST_DROPS, FEWEST_ROWS = 3, 30


@dataclass(frozen=True)
class Advice:
    """What to do.

    :param schedule: the recommended one, by its name; None: there is no recommendation.
    :param best: the one with the smallest loss.
    :param sentences: for people: the recommendation, what speaks against it, and what is not certain.
    """

    schedule: str | None
    best: str | None
    sentences: tuple[str, ...]


Beside = Callable[[Compared, Compared], Difference | None]
"""Takes two schedules and gives by how much the first one's loss is above that of the second."""


def advise(found: Sequence[Compared], beside: Beside, margin: float, drops: int, rows: int) -> Advice:
    """Recommend a schedule.

    :param found: all schedules; those that nobody could follow do not count.
    :param margin: the relative loss that does not matter.
    :param drops: how many drops they were compared on, ``rows`` with so many rows in all.
    """
    able = [one for one in found if one.course.possible and one.loss is not None]
    if drops < FEWEST_DROPS or rows < FEWEST_ROWS:
        few = f"{_count(drops, 'drop')} with {_count(rows, 'row')}"
        least = f"at least {FEWEST_DROPS} drops and {FEWEST_ROWS} rows"
        return Advice(None, None, (f"No recommendation: {few} say too little; that takes {least}.",))
    if not able:
        return Advice(None, None, ("No recommendation: the metric is not defined for these rows.",))
    best = min(able, key=lambda one: (one.loss, _price(one, able)))
    differences = {one.course.name: _over(one, best, beside) for one in able}
    fit = [one for one in able if _fits(differences[one.course.name], margin)]
    chosen = min(fit, key=lambda one: (_price(one, able), one.loss))
    told = _told(chosen, best, differences, margin, drops)
    cheaper = [one for one in able if _price(one, able) < _price(chosen, able)]
    open_ones = [one for one in cheaper if _within_chance(differences[one.course.name])]
    if open_ones:
        named = "; ".join(f"{one.course.name} {differences[one.course.name]}" for one in open_ones)
        told.append(
            f"Cheaper ones are worse than the best by more than {margin:.0%}, which may be chance: {named}. More drops "
            "will tell."
        )
    told.append(_uncertain(differences[chosen.course.name], margin, drops, rows))
    return Advice(chosen.course.name, best.course.name, tuple(told))


def _told(
    chosen: Compared, best: Compared, differences: dict[str, Difference | None], margin: float, drops: int
) -> list[str]:
    name, difference = chosen.course.name, differences[chosen.course.name]
    if name == NEVER:
        beside = f"Beside {best.course.name} its loss is {difference}: within the margin of {margin:.0%}"
        beside = "It has the smallest loss" if chosen is best else beside
        return [f"Recommended: {name}. {beside}. These {drops} drops do not show that retraining pays."]
    what = f"Recommended: {name} ({_count(chosen.retrainings, 'retraining')}, {chosen.bill.words})."
    if chosen is best:
        others = f"every cheaper schedule is worse, beyond chance or by more than {margin:.0%}"
        return [f"{what} It has the smallest loss, and {others}."]
    first = f"{best.course.name} ({_count(best.retrainings, 'retraining')}, {best.bill.words})"
    beside = f"beside it the loss is {difference}: within the margin of {margin:.0%}"
    return [f"{what} The smallest loss has {first}; {beside}."]


def _uncertain(difference: Difference | None, margin: float, drops: int, rows: int) -> str:
    known = f"the intervals tell what other rows of these {drops} drops ({rows} rows) could have said"
    found = [f"{known}, not what other drops will be like", "every model was trained once"]
    if difference is not None and difference.high is not None and difference.high > margin:
        found.insert(0, f"these rows do not exclude that it is worse than the best by {difference.high:.1%}")
    return f"Nothing here is certain: {'; '.join(found)}."


def _over(one: Compared, best: Compared, beside: Beside) -> Difference | None:
    same = one is best or one.course.served == best.course.served
    return Difference(0.0, 0.0, 0.0) if same else beside(one, best)


def _fits(difference: Difference | None, margin: float) -> bool:
    if difference is None or difference.value > margin:
        return False
    return _within_chance(difference) or (difference.high is not None and difference.high <= margin)


def _within_chance(difference: Difference | None) -> bool:
    return difference is not None and (difference.low is None or difference.low <= 0)


def _price(one: Compared, all_of_them: Sequence[Compared]) -> float:
    """Return what a schedule costs, in what is known: dollars, seconds of jobs, or retrainings.

    Where only its own cost is unknown it is dearer than any other: nobody can say that it is cheap.
    """
    paid = [other.bill for other in all_of_them if other.retrainings]
    if any(bill.usd is not None for bill in paid):
        return math.inf if one.bill.usd is None else one.bill.usd
    if any(bill.seconds is not None for bill in paid):
        return math.inf if one.bill.seconds is None else one.bill.seconds
    return float(one.retrainings)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
