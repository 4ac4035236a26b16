from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from include.autopilot.base.errors import DropError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.listing import Drop, list_drops, next_name, parse_name, visible_drops
from tests.support.toy import Toy

PLACES = Locations("s3://toy-models/toy")


def test_drops_come_oldest_first_with_all_their_files(searched: Toy) -> None:
    for path in ("2024-02-01/b.csv", "2024-02-01/a.csv", "2024-01-01/x.csv", "2024-02-01/", "2024-02-01/_SUCCESS"):
        searched.put(f"drops/{path}", b"x")
    found = list_drops(searched.s3, PLACES).drops
    assert [drop.day for drop in found] == [date(2024, 1, 1), date(2024, 2, 1)]
    assert [file.uri.rpartition("/")[2] for file in found[1].files] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "january/x.csv",
            "'january' is not a date like 2024-02-01 (or 2024-02-01-2 for a second drop of that day). Rename the ",
        ),
        ("x.csv", "'x.csv' is not a date"),
        ("2024-02-30/x.csv", "'2024-02-30' is not a date"),
        ("20240201/x.csv", "'20240201' is not a date"),
        ("2024-02-01-1/x.csv", "'2024-02-01-1' is not a date"),
        ("2024-02-01-02/x.csv", "'2024-02-01-02' is not a date"),
        (
            "2024-02-01/x.zip",
            "is not a CSV file directly in its drop. Rename it to <name>.csv or <name>.csv.gz, or move",
        ),
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
    drops = list_drops(toy.s3, PLACES).drops
    assert len(visible_drops(drops, datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC), "drops")) == 1
    assert len(visible_drops(drops, datetime(2024, 2, 1, tzinfo=UTC), "drops")) == 2


def test_no_drop_to_see(toy: Toy) -> None:
    cutoff = datetime(2023, 1, 1, tzinfo=UTC)
    with pytest.raises(DropError, match="the earliest is 2024-01-01"):
        visible_drops(list_drops(toy.s3, PLACES).drops, cutoff, "drops")
    with pytest.raises(DropError, match="there is none at all"):
        visible_drops((), cutoff, "drops")


def test_two_drops_of_one_day_come_in_the_order_of_their_numbers(searched: Toy) -> None:
    for path in ("2024-02-01-10/x.csv", "2024-02-01-2/x.csv.gz", "2024-02-01/x.csv", "2024-01-01/x.csv"):
        searched.put(f"drops/{path}", b"x")
    found = list_drops(searched.s3, PLACES).drops
    assert [drop.name for drop in found] == ["2024-01-01", "2024-02-01", "2024-02-01-2", "2024-02-01-10"]
    assert {drop.instant for drop in found[1:]} == {datetime(2024, 2, 1, tzinfo=UTC)}
    assert [parse_name(drop.name) for drop in found] == [(drop.day, drop.number) for drop in found]
    assert found[0] == Drop(date(2024, 1, 1), found[0].files)


@pytest.mark.parametrize("name", ["2024-02-01-1\uff12", "\uff12024-02-01", "2024-02-\u0660\u0661", "2024-02-01-\u096c"])
def test_digits_of_other_scripts_make_no_name(name: str) -> None:
    """2024-02-01-12 and the same in wide digits would be one drop, of two folders."""
    with pytest.raises(ValueError, match="is not a date"):
        parse_name(name)


def test_the_next_name_is_one_that_is_free() -> None:
    day = date(2024, 2, 1)
    assert next_name(day, []) == "2024-02-01-2"
    assert next_name(day, ["2024-02-01", "2024-02-01-4", "2024-02-02-7", "2024-02-01-2"]) == "2024-02-01-5"
