"""A bundle saves requests and never changes what is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.s3 import bundle as bundles
from include.autopilot.s3.bundle import Bundle
from tests.support.toy import Toy

PLACES = Locations("s3://toy-models/toy")
FOLDER = f"{PLACES.root}/sealed/drop"
KEPT = PLACES.bundle(FOLDER)


@contextmanager
def requests(s3: Any) -> Iterator[list[str]]:
    """The keys of the objects that are read or written inside the block."""
    seen: list[str] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name != "ListObjectsV2":
            seen.append(f"{model.name[:3]} {params['url_path'].rpartition('/')[2]}")

    s3.meta.events.register("before-call.s3", note, unique_id="requests")
    try:
        yield seen
    finally:
        s3.meta.events.unregister("before-call.s3", unique_id="requests")


def bundle(toy: Toy) -> Bundle:
    return Bundle(toy.s3, PLACES, FOLDER)


def read_all(toy: Toy) -> dict[str, bytes]:
    """What a run does: read everything, and remember it."""
    one = bundle(toy)
    found = {uri.rpartition("/")[2]: one.read(uri) for uri in one.uris}
    one.keep()
    return found


@pytest.fixture
def two(searched: Toy) -> Toy:
    searched.put("sealed/drop/a.json", b'{"a": 1}')
    searched.put("sealed/drop/b.json", b'{"b": "\xc3\xa9"}')
    return searched


def test_the_second_run_reads_one_object(two: Toy) -> None:
    first = read_all(two)
    with requests(two.s3) as seen:
        assert read_all(two) == first == {"a.json": b'{"a": 1}', "b.json": b'{"b": "\xc3\xa9"}'}
    assert seen == ["Get drop.json"]


def test_what_was_changed_or_is_new_is_read_again_and_what_is_gone_is_forgotten(two: Toy) -> None:
    read_all(two)
    two.put("sealed/drop/a.json", b'{"a": 2}')
    two.put("sealed/drop/c.json", b"{}")
    two.s3.delete_object(Bucket="toy-models", Key="toy/sealed/drop/b.json")
    with requests(two.s3) as seen:
        assert read_all(two) == {"a.json": b'{"a": 2}', "c.json": b"{}"}
    assert seen == ["Get drop.json", "Get a.json", "Get c.json", "Put drop.json"]
    with pytest.raises(MissingObjectError, match=r"sealed/drop/b\.json does not exist in S3"):
        bundle(two).read(f"{FOLDER}/b.json")


def test_a_bundle_that_another_run_overwrote_costs_requests_only(two: Toy) -> None:
    slow = bundle(two)
    slow.read(f"{FOLDER}/a.json")
    everything = read_all(two)
    slow.keep()
    with requests(two.s3) as seen:
        assert read_all(two) == everything
    assert seen == ["Get drop.json", "Get b.json", "Put drop.json"]


def test_what_comes_after_the_listing_is_found_and_remembered(two: Toy) -> None:
    one = bundle(two)
    uri = two.put("sealed/drop/late.json", b"[1]")
    assert uri not in one.uris
    assert one.read_json(uri) == [1]
    one.keep()
    with requests(two.s3) as seen:
        assert bundle(two).read_json(uri) == [1]
    assert seen == ["Get drop.json"]


def test_a_large_object_is_a_stream_and_never_remembered(two: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "OBJECT_BYTES", 8)
    one = bundle(two)
    with one.opened(f"{FOLDER}/a.json") as small, one.opened(f"{FOLDER}/b.json") as large:
        assert small.read() == b'{"a": 1}'
        assert large.read() == b'{"b": "\xc3\xa9"}'
    one.keep()
    assert b'"sealed/drop/a.json"' in two.get(KEPT)
    assert b"b.json" not in two.get(KEPT)


def test_a_bundle_has_an_end(two: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "WHOLE_BYTES", 10)
    assert len(read_all(two)) == 2
    with requests(two.s3) as seen:
        assert len(read_all(two)) == 2
    assert seen == ["Get drop.json", "Get b.json"]


def test_a_bundle_that_is_none_is_made_anew(two: Toy, caplog: pytest.LogCaptureFixture) -> None:
    everything = read_all(two)
    two.put("bundles/sealed/drop.json", b'{"sealed/drop/a.json": 1}')
    assert read_all(two) == everything
    assert f"{KEPT} is no bundle and is made anew" in caplog.text
    with requests(two.s3) as seen:
        assert read_all(two) == everything
    assert seen == ["Get drop.json"]


def test_what_is_no_text_is_read_and_not_remembered(two: Toy) -> None:
    two.put("sealed/drop/c.json", b"\xff")
    assert read_all(two)["c.json"] == b"\xff"
    with requests(two.s3) as seen:
        assert read_all(two)["c.json"] == b"\xff"
    assert seen == ["Get drop.json", "Get c.json"]


def test_only_what_is_the_same_is_held(two: Toy) -> None:
    one = bundle(two)
    late = two.put("sealed/drop/late.json", b"[1]")
    assert one.holds(f"{FOLDER}/a.json", b'{"a": 1}')
    assert not one.holds(f"{FOLDER}/a.json", b'{"a": 2}')
    assert not one.holds(late, b"[1]")


def test_an_empty_folder_leaves_nothing_behind(searched: Toy) -> None:
    one = bundle(searched)
    one.keep()
    assert one.uris == ()
    assert not searched.keys("bundles/")
