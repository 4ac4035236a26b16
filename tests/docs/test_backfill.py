"""docs/backfill.md and docs/drops-queue.md must say what Airflow and the code do."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from airflow_autopilot import dropqueue, droptrigger
from include.autopilot.base.locations import Locations
from include.autopilot.settings.config import Trigger
from tests.support.repository import ROOT

BACKFILL = (ROOT / "docs" / "backfill.md").read_text()
DROPS = (ROOT / "docs" / "drops-queue.md").read_text()


def test_every_option_is_one_of_airflows() -> None:
    from airflow.cli.cli_config import BACKFILL_COMMANDS

    (create,) = [command for command in BACKFILL_COMMANDS if command.name == "create"]
    known = {flag for argument in create.args for flag in argument.flags}
    commands = re.findall(r"^airflow backfill create (.*)$", BACKFILL, re.MULTILINE)
    named = {flag for command in commands for flag in re.findall(r"--[a-z-]+", command)}
    named |= set(re.findall(r"^\| `(--[a-z-]+)", BACKFILL, re.MULTILINE))
    assert len(named) >= 7
    assert named <= known
    behaviours = next(argument for argument in create.args if "--reprocess-behavior" in argument.flags).kwargs[
        "choices"
    ]
    assert set(re.findall(r"`--reprocess-behavior (\w+)`", BACKFILL)) == {
        str(getattr(one, "value", one)) for one in behaviours
    }


def test_the_body_of_the_rest_calls_is_taken() -> None:
    from airflow.api_fastapi.core_api.datamodels.backfills import BackfillPostBody

    bodies = re.findall(r"(?:-d|--body) '(\{\n.*?\})'", BACKFILL, re.DOTALL)
    assert len(bodies) == 2
    for body in bodies:
        assert BackfillPostBody.model_validate(json.loads(body)).max_active_runs == 4


def test_the_numbers_are_the_codes() -> None:
    assert f"long polls of {dropqueue.LONG_POLL_SECONDS} s" in DROPS
    assert f"nothing has come for a drop for {droptrigger.Watched.settle_seconds:.0f} s" in DROPS
    assert droptrigger.GRACE_SECONDS == 5
    assert "five seconds later" in DROPS
    assert (droptrigger.SHORTEST_PAUSE_SECONDS, droptrigger.LONGEST_PAUSE_SECONDS) == (2, 120)
    assert "after 2 s, 4 s\n… 2 minutes" in DROPS


def test_every_trigger_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", DROPS, re.MULTILINE) == ["trigger", "schedule", "both", "drop"]
    assert set(get_args(Trigger)) == {"schedule", "both", "drop"}


@pytest.mark.parametrize("page", [BACKFILL, DROPS])
def test_targets_are_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page)) <= targets


def test_the_place_of_a_delivery_is_the_codes() -> None:
    from datetime import date

    assert Locations("ROOT").delivery(date(2024, 3, 1), "f") == "ROOT/deliveries/2024-03-01/f.json"
    assert "`<root>/deliveries/<date>/<fingerprint>.json`" in DROPS
