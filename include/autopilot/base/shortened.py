"""Texts that have to be short: cut between two words, and marked as cut."""

from __future__ import annotations


def shortened(text: str, longest: int, mark: str = "…") -> str:
    """Return a text of at most ``longest`` characters: the whole of it, or its beginning and a mark.

    It is cut between two words; within one only where that would take more than half of the room.
    """
    if len(text) <= longest:
        return text
    cut = text[: longest - len(mark)]
    whole = cut if text[len(cut)].isspace() else cut.rpartition(" ")[0]
    return f"{(whole if 2 * len(whole) > len(cut) else cut).rstrip()}{mark}"
