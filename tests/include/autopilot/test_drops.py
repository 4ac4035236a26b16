from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from include.autopilot.drops import list_drops, read_drop, visible_drops
from include.autopilot.errors import DropError
from include.autopilot.locations import Locations
from tests.include.autopilot.conftest import Toy

PLACES = Locations("s3://toy-models/toy")


def test_drops_come_oldest_first_with_all_their_files(searched: Toy) -> None:
    for path in ("2024-02-01/b.csv", "2024-02-01/a.csv", "2024-01-01/x.csv", "2024-02-01/", "2024-02-01/_SUCCESS"):
        searched.put(f"drops/{path}", b"x")
    found = list_drops(searched.s3, PLACES)
    assert [drop.day for drop in found] == [date(2024, 1, 1), date(2024, 2, 1)]
    assert [uri.rpartition("/")[2] for uri in found[1].files] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("january/x.csv", "'january' is not a date like 2024-02-01. Rename the folder or move it away."),
        ("x.csv", "'x.csv' is not a date"),
        ("2024-02-30/x.csv", "'2024-02-30' is not a date"),
        ("2024-02-01/x.csv.gz", "is not a CSV file directly in its drop. Rename it to <name>.csv or move it away."),
        ("2024-02-01/deep/x.csv", "is not a CSV file directly in its drop"),
    ],
)
def test_data_is_never_overlooked_silently(searched: Toy, path: str, message: str) -> None:
    searched.put(f"drops/{path}", b"x")
    with pytest.raises(DropError) as caught:
        list_drops(searched.s3, PLACES)
    assert message in str(caught.value)
    assert f"drops/{path}" in str(caught.value)


def test_a_drop_is_seen_from_its_own_midnight_on(toy: Toy) -> None:
    drops = list_drops(toy.s3, PLACES)
    assert len(visible_drops(drops, datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC), "drops")) == 1
    assert len(visible_drops(drops, datetime(2024, 2, 1, tzinfo=UTC), "drops")) == 2


def test_no_drop_to_see(toy: Toy) -> None:
    cutoff = datetime(2023, 1, 1, tzinfo=UTC)
    with pytest.raises(DropError, match="the earliest is 2024-01-01"):
        visible_drops(list_drops(toy.s3, PLACES), cutoff, "drops")
    with pytest.raises(DropError, match="there is none at all"):
        visible_drops((), cutoff, "drops")


def test_a_digest_is_of_contents_in_order(searched: Toy) -> None:
    searched.put("drops/2024-01-01/a.csv", b"1", "BACE")
    searched.put("drops/2024-01-01/b.csv", b"2", "other")
    searched.put("drops/2024-02-01/c.csv", b"1", None)
    searched.put("drops/2024-02-01/d.csv", b"2", None)
    searched.put("drops/2024-03-01/a.csv", b"2")
    searched.put("drops/2024-03-01/b.csv", b"1")
    first, same, other = (read_drop(searched.s3, drop) for drop in list_drops(searched.s3, PLACES))
    assert first.digest == same.digest != other.digest
    assert (first.source, same.source) == ("BACE; other", None)
