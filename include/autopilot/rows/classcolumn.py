"""Check the target column of a classification: a class that the candidate does not know must not reach its encoder.

With two classes the encoder would silently take it for the minority; with more the training would fail, after the
featurizing was paid for.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.base.numbers import is_blank
from include.autopilot.rows.cells import Findings, Record
from include.autopilot.rows.labels import Labels

_NAMED = 10
_SHOWN = 40


class ClassColumn:
    """The target column.

    :param known: the classes the candidate knows; none: any class will do.
    :param search: the DAG that learns a new class, for messages.
    """

    def __init__(self, name: str, known: Sequence[str], search: str) -> None:
        self._name = name
        self._labels = Labels(known)
        self._search = search

    def label(self, record: Record, cell: str, findings: Findings) -> str | None:
        """Return the label as the candidate spells it; None where there is none, or (then noted) none that it knows."""
        label = self._labels.find(cell)
        if label and (label in self._labels.known or not is_blank(label)):
            return label
        if not is_blank(cell):
            self._refuse(record, cell, findings)
        return None

    def _refuse(self, record: Record, cell: str, findings: Findings) -> None:
        shown, near = repr(cell.strip()[:_SHOWN]), self._labels.near(cell)
        known = ", ".join(repr(label) for label in self._labels.known[:_NAMED])
        known += ", ..." if len(self._labels.known) > _NAMED else ""
        correct = "Correct the cell" if near is None else f"Write {near!r} if that is meant"
        # A third class makes another problem of it, which a search has to be asked for.
        pair = len(self._labels.known) == 2
        first = "with problem_type: MulticlassClassification " if pair else ""
        findings.add(
            self._name,
            record,
            f"has the class {shown}, which the candidate does not know (it knows {known})",
            # Every new class is told by itself: the fix tells findings apart.
            f"{correct}, or run the search again {first}(trigger the DAG {self._search}) to learn the class {shown}; a "
            "retraining learns no new one",
            # What is probably misspelt is nothing to pay a search for.
            searchable=near is None and not pair,
        )
