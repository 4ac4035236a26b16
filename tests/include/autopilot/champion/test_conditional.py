from __future__ import annotations

import json
from typing import Any

from include.autopilot.champion.conditional import create, read_stored, replace

URI = "s3://toy-models/pointer.json"


def content(s3: Any) -> Any:
    return json.loads(s3.get_object(Bucket="toy-models", Key="pointer.json")["Body"].read())


def test_only_the_first_creates(s3: Any) -> None:
    assert read_stored(s3, URI) is None
    assert create(s3, URI, {"by": "first"})
    assert not create(s3, URI, {"by": "second"})
    assert content(s3) == {"by": "first"}


def test_who_read_an_older_content_does_not_replace(s3: Any) -> None:
    assert replace(s3, URI, {"number": 1}, None)
    before = read_stored(s3, URI)
    assert replace(s3, URI, {"number": 2}, before)
    assert not replace(s3, URI, {"number": 3}, before)
    assert not replace(s3, URI, {"number": 3}, None)
    assert content(s3) == {"number": 2}


def test_what_is_gone_is_not_replaced(s3: Any) -> None:
    create(s3, URI, {"number": 1})
    before = read_stored(s3, URI)
    s3.delete_object(Bucket="toy-models", Key="pointer.json")
    assert not replace(s3, URI, {"number": 2}, before)
