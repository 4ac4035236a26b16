"""Which other drops a file is compared with before it is delivered, what is read of them, and what is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from include.autopilot.base.errors import IdentityError
from include.autopilot.drops.beside import used_with
from include.autopilot.drops.delivery import Delivered, deliver_drop
from include.autopilot.drops.listing import Drop
from include.autopilot.settings.window import Newest, Window
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import prepare

TODAY = date(2025, 6, 1)
JANUARY, FEBRUARY, MARCH, APRIL = (Drop(date(2024, month, 1), ()) for month in (1, 2, 3, 4))


class Reading:
    """An S3 client that counts what is read, and fails for some of it."""

    def __init__(self, s3: Any, failure: Exception | None = None, part: str = "nothing") -> None:
        self.read: Counter[str] = Counter()
        self._s3, self._failure, self._part = s3, failure, part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def get_object(self, **request: Any) -> Any:
        key = request["Key"]
        self.read[key.split("/")[1]] += 1
        if self._failure and self._part in key:
            raise self._failure
        return self._s3.get_object(**request)


def deliver(toy: Toy, folder: Path, table: list[dict[str, str]], s3: Any = None, name: str = "2024-04-01") -> Delivered:
    file = folder / "new.csv"
    file.write_bytes(csv_bytes(table))
    return deliver_drop(s3 or toy.s3, toy.config, file, name, TODAY)


@pytest.mark.parametrize(
    ("window", "drop", "others"),
    [
        ("all", MARCH, {"2024-01-01", "2024-02-01", "2024-04-01"}),
        ("auto", APRIL, {"2024-01-01", "2024-02-01", "2024-03-01"}),
        (Newest(drops=1), MARCH, set()),
        (Newest(drops=2), MARCH, {"2024-02-01", "2024-04-01"}),
        (Newest(drops=2), JANUARY, set()),
        (Newest(days=40), APRIL, {"2024-03-01"}),
    ],
)  # fmt: skip
def test_the_others_are_those_that_a_run_trains_on_with_the_drop(window: Window, drop: Drop, others: set[str]) -> None:
    rest = [one for one in (JANUARY, FEBRUARY, MARCH, APRIL) if one != drop]
    assert used_with(drop, rest, window, TODAY) == others


def test_a_drop_of_the_future_is_compared_with_what_is_there_by_then() -> None:
    assert used_with(MARCH, [JANUARY, APRIL], "all", date(2024, 2, 1)) == {"2024-01-01"}


def test_a_drop_that_no_run_compares_refuses_no_delivery(toy: Toy, tmp_path: Path) -> None:
    """The dash of the new keys is another than that of January's, which is outside the window."""
    table = [row | {"id": f"row\u2013{number}"} for number, row in enumerate(rows(900, 5))]
    with pytest.raises(IdentityError, match="5 keys of the drops are spelt in several ways"):
        deliver(toy, tmp_path, table)
    toy.config = replace(toy.config, window=Newest(drops=1))
    done = deliver(toy, tmp_path, table)
    assert done.written
    assert done.notes == ()
    assert prepare(toy, datetime(2024, 4, 1, tzinfo=UTC), "20240401T000000-1a2b3c4e")


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject"), "(AccessDenied)"),
        (ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject"), "does not exist in S3"),
        (EndpointConnectionError(endpoint_url="http://x"), "Could not connect"),
    ],
    ids=["denied", "gone", "no answer"],
)
def test_what_may_not_be_read_of_other_drops_is_told(toy: Toy, tmp_path: Path, failure: Exception, told: str) -> None:
    prepare(toy)
    done = deliver(toy, tmp_path, rows(900, 5), Reading(toy.s3, failure, "/prepared/"))
    assert done.written
    notes = "\n".join(done.notes)
    assert notes.startswith("It was not compared with the drop")
    assert "which cannot be read: " in notes
    assert told in notes
    for name in ("2024-01-01", "2024-02-01", "2024-03-01"):
        assert name in notes


@pytest.mark.parametrize(("kind", "body"), [("seals", b"\xff{"), ("prepared", b"\xff{"), ("prepared", b"a,b\n")])
def test_what_is_broken_of_other_drops_is_told(toy: Toy, tmp_path: Path, kind: str, body: bytes) -> None:
    prepare(toy)
    broken = [key for key in toy.keys("") if key.endswith("/keys.csv" if kind == "prepared" else "/1.json")]
    assert broken
    for key in broken:
        toy.put(key, body)
    done = deliver(toy, tmp_path, rows(900, 5))
    assert done.written
    assert any("which cannot be read: " in note for note in done.notes)


def test_before_a_template_other_drops_may_be_denied(searched: Toy, tmp_path: Path) -> None:
    for month in (1, 2):
        searched.put(f"drops/2024-0{month}-01/f.csv", csv_bytes(rows(60 * month, 60)))
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
    done = deliver(searched, tmp_path, rows(900, 5), Reading(searched.s3, denied, "/2024-02-01/"))
    assert done.written
    assert any(note.startswith("It was not compared with the drop 2024-02-01, which cannot") for note in done.notes)


def test_before_a_template_each_other_drop_is_read_once(searched: Toy, tmp_path: Path) -> None:
    for month in range(1, 9):
        searched.put(f"drops/2023-0{month}-01/f.csv", csv_bytes(rows(60 * month, 60)))
    reading = Reading(searched.s3)
    assert deliver(searched, tmp_path, rows(900, 5), reading).written
    # And the header of the first.
    assert reading.read["drops"] == 9


def test_of_prepared_drops_the_index_alone_is_read(toy: Toy, tmp_path: Path) -> None:
    prepare(toy)
    reading = Reading(toy.s3)
    assert deliver(toy, tmp_path, rows(900, 5), reading).written
    assert (reading.read["drops"], reading.read["prepared"]) == (0, 3)


def test_a_prepared_drop_that_was_changed_since_is_read_as_it_is(toy: Toy, tmp_path: Path) -> None:
    prepare(toy)
    toy.put("drops/2024-01-01/first.csv", csv_bytes([rows(700, 1)[0] | {"id": '"row-900"'}, *rows(1, 59)]))
    with pytest.raises(IdentityError, match=r"'\"row-900\"' \(2024-01-01/first\.csv:2\)"):
        deliver(toy, tmp_path, rows(900, 5))
