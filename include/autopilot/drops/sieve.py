"""Which rows of a drop may be trained on, and what is noted of them: for prepared drops and for a search alike."""

from __future__ import annotations

from collections.abc import Callable

from include.autopilot.drops.heldout import HeldOut, Match
from include.autopilot.drops.placeholders import PlaceholderCount
from include.autopilot.rows.identity import Identity, identity
from include.autopilot.rows.scan import Row
from include.autopilot.settings.identity import Rule


class Sieve:
    """Looks at the rows of one drop.

    :param same_row: what is done about a row that is a holdout's under another key; kept out if refused.
    :param note: gets the rows that are, or may be, a holdout's though their key is written differently: the holdout's
        row, the file, and the row.
    """

    def __init__(self, held_out: HeldOut, same_row: Rule, note: Callable[[Match, int, Row], None]) -> None:
        self._held_out = held_out
        self._same_row = same_row
        self._note = note
        self.placeholders = PlaceholderCount()

    def passed(self, file: int, row: Row) -> Identity | None:
        """Return what identifies a row; None for one that is kept out.

        :param file: the row's, counted from 0 in the order of names.
        """
        named = identity(row.key)
        match = self._held_out.match(named, row.fingerprint)
        # Those of a holdout too: one NULL there must not hide the NULLs of a drop.
        held = match is not None and match.how in ("key", "spelling")
        self.placeholders.add(named, file, row.number, held)
        if match is None:
            return named
        if match.how != "key":
            self._note(match, file, row)
        return None if match.keeps_out(self._same_row) else named
