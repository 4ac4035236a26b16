"""A whole backtest against the embedded AWS: every model predicts every later drop, and a second run pays nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.championed import championed
from tests.support.tiny import Tiny, returned, states, table

pytestmark = pytest.mark.whole

UNTIL = "2024-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def past(searched: Tiny) -> Iterator[Tiny]:
    """The tiny model with models of January and February, and a drop of March that none has learned."""
    with championed(searched, "backtest") as tiny:
        assert tiny.run("tiny_retrain", "2024-02-01T00:00:00Z").state == "success"
        tiny.put("drops/2024-03-01/rows.csv", table(600, 120))
        yield tiny
        tiny.delete("drops/2024-03-01/rows.csv")


def test_every_model_predicts_every_later_drop_once(past: Tiny) -> None:
    before = past.jobs()
    dry = past.run("tiny_backtest", UNTIL, dry_run=True)
    assert states(dry)["report"] == "skipped"
    assert past.jobs() == before
    run: Any = past.run("tiny_backtest", UNTIL)
    assert run.state == "success"
    asked = returned(run, "prepare_backtest")["asked"]
    assert len(asked) >= 2
    assert len(past.jobs()) == len(before) + len(asked)
    told = returned(run, "report")
    content = json.loads(past.read(told["report"]))
    # Who learned January has seen 20 rows of March's drop, who learned February 60 more: 40 are left to compare on.
    assert content["drops"][-1] == {"name": "2024-03-01", "rows": 40}
    assert content["schedules"][0]["schedule"] == "never retrained"
    assert all(one["metric"]["value"] > 0 for one in content["schedules"])
    # The jobs that it really ran are what it counts.
    assert {one["schedule"]: one["cost"] for one in content["schedules"]}["retrained every drop"]["seconds"] > 0
    assert past.read(told["chart"]).startswith(b"<?xml")
    assert b"Nothing here is certain" in past.read(told["table"]) or b"No recommendation" in past.read(told["table"])
    again = past.run("tiny_backtest", UNTIL)
    assert again.state == "success"
    assert states(again)["predict"] == "skipped"
    assert len(past.jobs()) == len(before) + len(asked)
    assert json.loads(past.read(returned(again, "report")["report"])) == content
