"""What was found about the identity of rows, as it is told: in the log, in a refusal, in the report."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from include.autopilot.base.errors import IdentityError
from include.autopilot.rows.identity import normal

# same_key: several spellings of one key; case: keys that differ in case only; same_row: a holdout's row under another
# key; placeholder: keys that are none; repeated: keys that come again within a drop; searched: a holdout's rows
# that the search saw.
Kind = Literal["same_key", "case", "same_row", "placeholder", "repeated", "searched"]

# Examples that are told of one finding, and characters of a key.
EXAMPLES = 5
_LONGEST = 80

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sighting:
    """A row: its key as it is written there, and where it stands: ``2024-02-01/rows.csv:17``, ``sealed.csv:3``."""

    key: str
    row: str

    def __str__(self) -> str:
        """Return both for a sentence; signs that nobody sees, or that look like others, are written out."""
        shown = self.key if len(self.key) <= _LONGEST else f"{self.key[:_LONGEST]}..."
        plain = shown.isascii() or (shown.isprintable() and normal(shown) == shown)
        return f"{repr(shown) if plain else ascii(shown)} ({self.row})"


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    :param refused: whether it stops the run; otherwise it is only told.
    :param count: how many keys or rows; the sentence says which.
    :param sentence: what was found and what becomes of the rows.
    :param fix: what to do about it.
    :param examples: the first few, each of rows that belong together.
    """

    kind: Kind
    refused: bool
    count: int
    sentence: str
    fix: str
    examples: tuple[tuple[Sighting, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, the rows as they are told."""
        return {**asdict(self), "examples": [[str(row) for row in rows] for rows in self.examples]}

    def __str__(self) -> str:
        """Return the finding with its examples, for a log or a refusal."""
        told = "; ".join(" and ".join(map(str, rows)) for rows in self.examples)
        # Of keys there is an example each; rows of one key are one example.
        shown = max([len(self.examples), *map(len, self.examples)])
        more = ", ..." if self.count > shown else ""
        return f"{self.sentence} {told + more + '. ' if told else ''}{self.fix}"


def tell(findings: Iterable[Finding]) -> None:
    """Write to the log what does not stop the run."""
    for finding in findings:
        if not finding.refused:
            log.warning("%s", finding)


def refuse(findings: Sequence[Finding]) -> None:
    """Stop where something was found that may not be.

    :raises IdentityError: there is such a finding; the message has all of them.
    """
    refused = [str(finding) for finding in findings if finding.refused]
    if refused:
        raise IdentityError("\n".join(refused))
