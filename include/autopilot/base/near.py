"""What somebody may have meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 3
_ALIKE = 0.7


def near(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are spelt nearly like another one, the nearest first; at most three.

    :param names: those that are there.
    """
    spelt: dict[str, list[str]] = {}
    for known in dict.fromkeys(names):
        spelt.setdefault(known.strip().casefold(), []).append(known)
    word = name.strip().casefold()
    found = [word] if word in spelt else get_close_matches(word, spelt, _MOST, _ALIKE)
    return tuple(known for word in found for known in spelt[word])[:_MOST]


def asked(name: str, names: Iterable[str]) -> str:
    """Return a question for the end of a sentence, `` Did you mean 'a' or 'b'?``; empty where no name is near."""
    found = near(name, names)
    return f" Did you mean {' or '.join(map(repr, found))}?" if found else ""
