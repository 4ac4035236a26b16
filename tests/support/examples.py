"""The examples of a page: its commands, and whether what it says of them is what they print."""

from __future__ import annotations

import re


def commands(example: str) -> list[tuple[str, str]]:
    """The commands of an example, and what it says they print."""
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", example, re.MULTILINE)


def missing(told: list[str], printed: list[str]) -> list[str]:
    """Lines that were told and not printed; ``...`` stands for any lines, and ``…`` for any signs in one.

    The blanks beside ``…`` do not count: columns are aligned by what stood in its place.
    """
    place, skipped = 0, False
    for line in told:
        if line == "...":
            skipped = True
            continue
        found = next((index for index in range(place, len(printed)) if _is(line, printed[index])), None)
        if found is None or (not skipped and found != place):
            return [line]
        place, skipped = found + 1, False
    return [] if skipped or place == len(printed) else [f"and then: {printed[place]}"]


def _is(told: str, printed: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, re.split(r" *… *", told))), printed) is not None
