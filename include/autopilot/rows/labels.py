"""Class labels as text: which of the known classes a cell means.

The rule: a label is the cell's text without the blanks around it. Numbers are text, too: ``1`` and ``1.0`` are two
classes, as they are for Autopilot's label encoders. What is written to a prepared drop is the label exactly as the
encoder knows it, because the encoders compare exactly: with two classes they take any other text for the minority.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.base.numbers import read_number


class Labels:
    """The classes a candidate knows, by class index; none where it does not say, and then any label will do."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        # Two known labels may differ in blanks only; then only the exact text means one of them.
        stripped = [label.strip() for label in self.known]
        self._by_text = {text: label for text, label in zip(stripped, known, strict=True) if stripped.count(text) == 1}
        self._by_text |= {label: label for label in self.known}

    def find(self, cell: str) -> str | None:
        """Return the label that a cell means, or None where no known class has it."""
        if not self.known:
            return cell.strip()
        return self._by_text.get(cell) or self._by_text.get(cell.strip())

    def near(self, cell: str) -> str | None:
        """Return the known label that an unknown one was probably meant to be: the same number, or other capitals."""
        return next((label for label in self.known if _alike(label.strip(), cell.strip())), None)


def _alike(one: str, other: str) -> bool:
    if one.casefold() == other.casefold():
        return True
    number = read_number(one)
    return number is not None and number == read_number(other)
