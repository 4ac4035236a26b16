"""How the values of a column are written, decided from all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from include.cells.missing import says_nothing

# A column is of a kind if nearly all of its values are: the rest are taken as missing.
FITTING = 0.95

Read = TypeVar("Read")


@dataclass(frozen=True)
class Decision:
    """What was decided.

    :param form: the form as plain texts, which a reader of that kind takes.
    :param told: the form for people.
    :param share: the share of the values, without the missing ones, that fit.
    :param undecided: why the values themselves do not say which form it is, and what was assumed; empty where they do.
    """

    form: tuple[str, ...]
    told: str
    share: float
    undecided: str = ""

    @property
    def fits(self) -> bool:
        """Whether the column is of this kind."""
        return self.share >= FITTING


NOTHING = Decision((), "no known form", 0.0)


def counted(texts: Iterable[str]) -> Counter[str]:
    """Count the values of a column, without blanks around them and without what is missing.

    :param texts: its cells, or a Counter that says how often each comes.
    """
    values: Counter[str] = Counter()
    for text, count in (texts if isinstance(texts, Counter) else Counter(texts)).items():
        if not says_nothing(text):
            values[text.strip()] += count
    return values


def once(read: Callable[[str], Read], texts: Iterable[str]) -> list[Read]:
    """Read every text, each different one only once."""
    known: dict[str, Read] = {}
    return [known[text] if text in known else known.setdefault(text, read(text)) for text in map(str.strip, texts)]
