"""The single cells of a search's rows, held against each other before Autopilot is paid: there is no baseline yet."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from include.autopilot.base.errors import DriftError
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.look import look_at_itself
from include.autopilot.drift.lookmessages import Place, echo_messages, far_messages
from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


class Rows(Protocol):
    """What is known of the rows."""

    @property
    def lines(self) -> Iterable[tuple[str, str]]:
        """A name and the CSV line of every row; can be gone through twice."""

    def delivered(self, name: str, /) -> tuple[str, int, str]:
        """Return the file of a row, the line there, and the row's key."""


def check_search(rows: Rows, schema: Schema, config: ModelConfig, where: str) -> None:
    """Tell of cells far outside what is usual, and of features that repeat the target.

    :param where: what the rows are, for messages.
    :raises DriftError: the model's rules say that this must not be trained on.
    """
    look = look_at_itself(rows.lines, schema)
    places = {cell.row: Place(*rows.delivered(cell.row)) for column in look.far for cell in column.cells}
    told = [*far_messages(look.far, places, config.drift), *echo_messages({where: look.echoes}, config.drift)]
    for action, text in told:
        if action == "warn":
            log.warning("%s", text)
    blocks = [text for action, text in told if action == "block"]
    if blocks:
        raise DriftError(
            "\n".join(blocks)
            + "\nNo search was started. Correct the rows where they lie (if an earlier run has used the drop, deliver "
            f"them in a newer drop under the same keys), or say in the drift section of {config.name}.yaml that this "
            "is to be a warning."
        )
