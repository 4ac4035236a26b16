"""Only a new champion is announced; that Airflow starts what waits for it, test_assets.py tries."""

from __future__ import annotations

from airflow_autopilot.promoting import MOVES


def test_it_knows_every_move_of_the_ledger() -> None:
    from include.autopilot.champion import ledger

    assert MOVES == ledger.MOVES
