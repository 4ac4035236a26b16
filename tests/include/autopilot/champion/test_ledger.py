from __future__ import annotations

from typing import Any

from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import enter, event, events_of, last_number, shown_kind, timeline
from include.autopilot.champion.version import Version

AT = "2025-01-01T00:00:00+00:00"
PLACE = Locations("s3://toy-models/toy")


def version(number: int, run: str = "20240101T000000-0a1b2c3d") -> Version:
    return Version(f"arn/{number}", number, "2024-01-01T00:00:00+00:00", run, "m", "h", "t", "RMSE", "Minimize", 1.0)


def happened(s3: Any, number: int, kind: str, count: int, reason: str = "better") -> str:
    uri, content = event(PLACE, version(number), kind, count, AT, "by-run", {"reason": reason, "sentence": "so"})
    enter(s3, uri, content)
    return uri


def test_what_was_written_stays(s3: Any) -> None:
    uri = PLACE.record("run", 1)
    assert enter(s3, uri, {"verdict": "first"}) == {"verdict": "first"}
    assert enter(s3, uri, {"verdict": "second"}) == {"verdict": "first"}


def test_an_event_says_what_when_by_whom_and_of_which_record(s3: Any) -> None:
    uri, content = event(PLACE, version(3), "kept", 2, AT, "by-run", {"reason": "tie", "sentence": "so"})
    assert uri == "s3://toy-models/toy/ledger/20240101T000000-0a1b2c3d.v3.kept_tie-2.json"
    assert content["record"] == "s3://toy-models/toy/ledger/20240101T000000-0a1b2c3d.v3.json"
    assert (content["kind"], content["number"], content["at"], content["by"]) == ("kept", 2, AT, "by-run")
    assert content["version"]["arn"] == "arn/3"


def test_where_there_was_no_champion_none_was_kept() -> None:
    assert [shown_kind("kept", 0), shown_kind("kept", 1), shown_kind("rolled_back", 2)] == [
        "not promoted",
        "kept",
        "rolled back",
    ]


def test_an_empty_ledger_knows_nothing(s3: Any) -> None:
    assert timeline(s3, PLACE) == []
    assert last_number(s3, PLACE) == 0
    assert last_number(s3, Locations("s3://no-such-bucket/toy")) == 0


def test_the_timeline_has_promotions_and_rollbacks_in_order(s3: Any) -> None:
    enter(s3, PLACE.record(version(1).run, 1), {"kind": "run"})
    happened(s3, 1, "promoted", 1)
    for number in range(2, 12):
        happened(s3, number, "promoted", number)
    happened(s3, 1, "rolled_back", 12, "odd")
    happened(s3, 12, "kept", 12, "worse")
    assert [one["number"] for one in timeline(s3, PLACE)] == list(range(1, 13))
    assert last_number(s3, PLACE) == 12


def test_events_are_those_of_one_version_only(s3: Any) -> None:
    happened(s3, 1, "promoted", 1)
    happened(s3, 11, "promoted", 2)
    happened(s3, 1, "rolled_back", 3)
    happened(s3, 1, "approved", 0)
    assert [one["kind"] for one in events_of(s3, PLACE, version(1))] == ["approved", "promoted", "rolled_back"]
