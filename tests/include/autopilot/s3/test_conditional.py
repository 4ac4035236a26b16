from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from include.autopilot.champion.ledger import enter
from include.autopilot.s3 import conditional
from include.autopilot.s3.conditional import read_stored, replace, write_once

URI = "s3://toy-models/ledger/pointer.json"


def content(s3: Any) -> Any:
    return json.loads(s3.get_object(Bucket="toy-models", Key="ledger/pointer.json")["Body"].read())


def test_only_the_first_creates(s3: Any) -> None:
    assert read_stored(s3, URI) is None
    assert write_once(s3, URI, {"by": "first"})
    assert not write_once(s3, URI, {"by": "second"})
    assert content(s3) == {"by": "first"}


def test_who_read_an_older_content_does_not_replace(s3: Any) -> None:
    assert replace(s3, URI, {"number": 1}, None)
    before = read_stored(s3, URI)
    assert replace(s3, URI, {"number": 2}, before)
    assert not replace(s3, URI, {"number": 3}, before)
    assert not replace(s3, URI, {"number": 3}, None)
    assert content(s3) == {"number": 2}


def test_what_is_gone_is_not_replaced(s3: Any) -> None:
    write_once(s3, URI, {"number": 1})
    before = read_stored(s3, URI)
    s3.delete_object(Bucket="toy-models", Key="ledger/pointer.json")
    assert not replace(s3, URI, {"number": 2}, before)


CONFLICT = {
    "Code": "ConditionalRequestConflict",
    "Message": "A conflicting conditional operation is currently in progress against this resource. Please try again.",
}


@pytest.fixture
def conflicts(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Let S3 answer the next writes that another one is under way, which moto never does."""
    monkeypatch.setattr(conditional, "_PAUSE_SECONDS", 0)

    coming: list[Callable[[], Any]] = []

    def answer(**_: Any) -> Any:
        if not coming:
            return None
        meanwhile, waiting = coming[0], coming[1:]
        coming.clear()
        meanwhile()
        coming.extend(waiting)
        return AWSResponse("", 409, {}, None), {"Error": CONFLICT}

    def let(times: int, meanwhile: Callable[[], Any] = lambda: None) -> None:
        coming.extend([meanwhile] * times)

    s3.meta.events.register("before-call.s3.PutObject", answer)
    yield let
    s3.meta.events.unregister("before-call.s3.PutObject", answer)


def test_a_conflict_with_a_writer_that_fails_is_won(s3: Any, conflicts: Callable[..., None]) -> None:
    conflicts(2)
    assert write_once(s3, URI, {"by": "first"})
    assert content(s3) == {"by": "first"}


def test_a_conflict_with_a_writer_that_succeeds_is_lost(s3: Any, conflicts: Callable[..., None]) -> None:
    conflicts(1, lambda: s3.put_object(Bucket="toy-models", Key="ledger/pointer.json", Body=b'{"by": "other"}'))
    assert not write_once(s3, URI, {"by": "first"})
    assert content(s3) == {"by": "other"}


def test_a_conflict_does_not_lose_a_replacement_that_nobody_contests(s3: Any, conflicts: Callable[..., None]) -> None:
    write_once(s3, URI, {"number": 1})
    conflicts(1)
    assert replace(s3, URI, {"number": 2}, read_stored(s3, URI))
    assert content(s3) == {"number": 2}


def test_a_replacement_is_lost_to_a_writer_that_was_under_way(s3: Any, conflicts: Callable[..., None]) -> None:
    write_once(s3, URI, {"number": 1})
    before = read_stored(s3, URI)
    conflicts(1, lambda: s3.put_object(Bucket="toy-models", Key="ledger/pointer.json", Body=b'{"number": 9}'))
    assert not replace(s3, URI, {"number": 2}, before)
    assert content(s3) == {"number": 9}


def test_a_conflict_that_does_not_end_is_said_and_is_no_decision(s3: Any, conflicts: Callable[..., None]) -> None:
    conflicts(100)
    with pytest.raises(ClientError, match="ConditionalRequestConflict"):
        write_once(s3, URI, {"by": "first"})
    assert read_stored(s3, URI) is None


def test_a_record_entered_in_a_conflict_is_the_one_that_is_there(s3: Any, conflicts: Callable[..., None]) -> None:
    conflicts(1)
    assert enter(s3, URI, {"verdict": "mine"}) == {"verdict": "mine"} == content(s3)
