"""Only a new champion is announced."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from airflow_autopilot.steps.announcing import announce


@pytest.mark.parametrize("kind", ["promoted", "rolled_back"])
def test_a_move_is_announced(kind: str) -> None:
    announce({"kind": kind, "sentence": "It is better."})


@pytest.mark.parametrize("kind", ["kept", "unchanged"])
def test_a_champion_that_stays_is_not(kind: str) -> None:
    with pytest.raises(AirflowSkipException, match=r"The champion stays, so there is nothing to announce."):
        announce({"kind": kind, "sentence": "No."})


def test_it_knows_every_move_of_the_ledger() -> None:
    from airflow_autopilot.steps.announcing import _MOVES
    from include.autopilot.champion.ledger import MOVES

    assert _MOVES == MOVES
