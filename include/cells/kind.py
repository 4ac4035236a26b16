"""Which kind a column is: decided once, for searches of the embedded AWS and for whoever says what they make of it.

Autopilot's own rules are not published; these are simple ones in its spirit. The kinds are tried in this order: numbers
(unless all are days in digits, or more of them amounts), one value only, dates, yes and no, amounts, and the rest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from include.cells.amounts import decide_amounts
from include.cells.booleans import decide_booleans
from include.cells.dates import all_dates_in_digits, decide_dates
from include.cells.decision import FITTING, NOTHING, Decision
from include.cells.missing import says_nothing

Name = Literal["numeric", "datetime", "boolean", "amount", "categorical", "text", "ignored"]

# Texts of so many words are read word by word, where they do not come again and again.
WORDS_OF_TEXT = 3.0
# The same of texts of which nearly every row has its own: names and titles rather than identifiers.
WORDS_OF_NAMES = 1.5
# So few different texts, each in so many rows, are categories, however many words they have.
FEW, FEW_SHARE = 50, 0.05
# More distinct values than this share of the rows tell rows apart but teach nothing.
DISTINCT_SHARE = 0.5


@dataclass(frozen=True)
class Kind:
    """What a column is.

    :param decision: how its dates, amounts or yes and no are written.
    :param why: why it is ignored.
    :param words: of texts, how many a cell has on average.
    """

    name: Name
    decision: Decision = NOTHING
    why: str = ""
    words: float = 0.0

    @property
    def note(self) -> str:
        """For people: how its values are written, and what was assumed, or why it is ignored."""
        if self.decision is NOTHING:
            return self.why
        told, undecided = self.decision.told, self.decision.undecided
        return f"{told} ({undecided})" if undecided else told


def kind_of(
    texts: Iterable[str], read_number: Callable[[str], float | None], rows: int, distinct: int | None = None
) -> Kind:
    """Decide which kind a column is.

    :param texts: its cells, or of a long column some of them; those that stand for no value do not count.
    :param read_number: what number a cell states; None or one that is not finite where it states none.
    :param rows: of the whole column.
    :param distinct: how many different values the whole column has; None: those in `texts`.
    """
    counts = Counter({text: count for text, count in Counter(texts).items() if not says_nothing(text)})
    different = len(counts) if distinct is None else distinct
    if not counts:
        return Kind("ignored", why="no values")
    numbers = sum(count for text, count in counts.items() if _is_finite(read_number(text))) / counts.total()
    if numbers >= FITTING:
        return _of_numbers(counts, numbers)
    if different == 1:
        # A cross or nothing says as much as yes or no.
        return Kind("ignored", why="one value only") if counts.total() == rows else Kind("categorical")
    return _written(counts) or _of_texts(counts, different, rows)


def _is_finite(number: float | None) -> bool:
    return number is not None and math.isfinite(number)


def _of_numbers(counts: Counter[str], share: float) -> Kind:
    """Return the kind of a column nearly all of whose values are numbers."""
    if all_dates_in_digits(counts):
        return Kind("datetime", decide_dates(counts))
    # Where thousands have a comma, the largest numbers are those that are not read as plain ones.
    if share < 1 and (amounts := decide_amounts(counts)).share > share:
        return Kind("amount", amounts)
    return Kind("numeric")


def _written(counts: Counter[str]) -> Kind | None:
    """Return the kind of a column whose values follow a form."""
    if (dates := decide_dates(counts)).fits:
        return Kind("datetime", dates)
    if (booleans := decide_booleans(counts)).fits:
        return Kind("boolean", booleans)
    if (amounts := decide_amounts(counts)).fits:
        return Kind("amount", amounts)
    return None


def _of_texts(counts: Counter[str], different: int, rows: int) -> Kind:
    words = sum(count * len(text.split()) for text, count in counts.items()) / counts.total()
    if different <= min(FEW, FEW_SHARE * rows):
        return Kind("categorical", words=words)
    if words >= WORDS_OF_TEXT or (different > DISTINCT_SHARE * rows and words >= WORDS_OF_NAMES):
        return Kind("text", words=words)
    if different > DISTINCT_SHARE * rows:
        return Kind("ignored", why="nearly every row has a value of its own", words=words)
    return Kind("categorical", words=words)
