"""Segments of a holdout's rows, read from its own file; what cannot be cut is refused before anything is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from include.autopilot.base.errors import DropError
from include.autopilot.drops.plan import load_plan
from include.autopilot.drops.segments import MOST_VALUES, Segments, segments_of
from include.autopilot.settings.segments import SegmentConfig
from tests.support.toy import COLUMNS, Toy, csv_bytes, rows
from tests.support.toyruns import prepare

WHERE = "s3://toy-models/toy/holdout/sealed.csv"
SERIES = [*COLUMNS, "series"]


def sealed(toy: Toy, series: Sequence[str], **changes: str) -> None:
    """Seal rows with a column that no model sees."""
    table = [row | {"series": value} | changes for row, value in zip(rows(1000, len(series)), series, strict=True)]
    toy.put("holdout/sealed.csv", csv_bytes(table, SERIES))
    toy.config = replace(toy.config, ignore=("note", "series"))


def cut(toy: Toy, *configs: SegmentConfig) -> tuple[Segments, ...]:
    """Prepare a run with these segments and cut the rows that judge in it."""
    toy.config = replace(toy.config, segments=configs)
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    (judge,) = plan.judges
    keys = [line.split(",")[0] for line in toy.get(judge.input).decode().splitlines()]
    return segments_of(toy.s3, plan, judge, configs, keys)


def told(found: Segments) -> list[str]:
    return [found.names[place] for place in found.places]


def test_a_column_that_is_ignored_cuts_by_its_values(toy: Toy) -> None:
    sealed(toy, ["b", " a", "b", "", "a ", "NaN"])
    (found,) = cut(toy, SegmentConfig("series"))
    assert found.names == ("no series", "series = 'a'", "series = 'b'")
    assert told(found) == ["series = 'b'", "series = 'a'", "series = 'b'", "no series", "series = 'a'", "no series"]


def test_long_texts_that_begin_alike_have_names_of_their_own(toy: Toy) -> None:
    sealed(toy, [f"{'C' * 70}N", f"{'C' * 70}O", "CO"])
    (found,) = cut(toy, SegmentConfig("series"))
    assert [name[-3:] for name in found.names] == ["CN'", "CO'", "CO'"]
    assert len(set(found.names)) == 3


def test_rows_without_a_target_are_no_rows_that_judge(toy: Toy) -> None:
    table = [row | {"series": str(number)} for number, row in enumerate(rows(1000, 6))]
    table[0]["y"] = table[3]["y"] = table[5]["y"] = ""
    toy.put("holdout/sealed.csv", csv_bytes(table, SERIES))
    toy.config = replace(toy.config, ignore=("note", "series"))
    (found,) = cut(toy, SegmentConfig("series"))
    assert told(found) == ["series = '1'", "series = '2'", "series = '4'"]


def test_bands_have_about_as_many_rows_each_and_say_what_they_hold(toy: Toy) -> None:
    sealed(toy, [str(number) for number in (5, 1, 4, 2, 8, 3, 7, 6)])
    (found,) = cut(toy, SegmentConfig("series", 4))
    assert found.names == (
        "series up to 2", "series above 2 up to 4", "series above 4 up to 6", "series above 6",
    )  # fmt: skip
    assert found.places.tolist() == [2, 0, 1, 0, 3, 1, 3, 2]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["1"] * 6, ["any series"]),
        (["1", "1", "1", "1", "1", "2"], ["series up to 1", "series above 1"]),
        (["", "nan", "1", "2"], ["series up to 1", "series above 1", "no series"]),
        (["", "", ""], ["no series"]),
    ],
)
def test_bands_of_equal_and_missing_numbers(toy: Toy, values: list[str], names: list[str]) -> None:
    sealed(toy, values)
    (found,) = cut(toy, SegmentConfig("series", 4))
    assert list(found.names) == names
    assert len(found.places) == len(values)


def test_the_target_and_a_feature_cut_too(toy: Toy) -> None:
    target, colour = cut(toy, SegmentConfig("y", 2), SegmentConfig("colour"))
    values = [float(row["y"]) for row in rows(1000, 12)]
    middle = sorted(values)[5]
    assert [place == 1 for place in target.places] == [value > middle for value in values]
    assert told(colour) == [f"colour = {row['colour']!r}" for row in rows(1000, 12)]


REFUSED = [
    (
        SegmentConfig("serie"),
        ["a"] * 3,
        (
            f"{WHERE} has no column 'serie', which segments in toy.yaml names. Did you mean 'series'? Correct the "
            "name, take it out, or let rows judge that have such a column."
        ),
    ),
    (
        SegmentConfig("series"),
        list(map(str, range(MOST_VALUES + 2))),
        (
            f"{WHERE}: column 'series', which segments in toy.yaml names, has more than 50 values (the next one in row "
            "51, line 52). If they are numbers, add bands to it, such as bands: 4; if not, name a column with fewer "
            "values."
        ),
    ),
    (
        SegmentConfig("series", 2),
        ["1", "b", "c"],
        (
            f"{WHERE}: column 'series', row 2 (line 3) holds 'b', and segments in toy.yaml asks for bands of its "
            "numbers. Take bands out to go by its values, or name another column."
        ),
    ),
]


@pytest.mark.parametrize(("segment", "series", "said"), REFUSED, ids=["missing", "many", "text"])
def test_what_cannot_be_cut_is_refused_when_the_run_is_prepared(
    toy: Toy, segment: SegmentConfig, series: list[str], said: str
) -> None:
    sealed(toy, series)
    with pytest.raises(DropError) as refused:
        cut(toy, segment)
    assert str(refused.value) == said
    assert not [key for key in toy.keys("runs/") if key.endswith("plan.json")]


def test_as_many_values_as_may_be_are_taken(toy: Toy) -> None:
    sealed(toy, list(map(str, range(MOST_VALUES))))
    assert len(cut(toy, SegmentConfig("series"))[0].names) == MOST_VALUES


def test_only_the_holdout_that_judges_needs_the_column(toy: Toy) -> None:
    sealed(toy, ["a"] * 4)
    assert "series" not in toy.get("s3://toy-models/toy/holdout/second.csv").decode()
    assert len(cut(toy, SegmentConfig("series"))) == 1


def test_a_file_that_was_changed_since_is_not_cut(toy: Toy) -> None:
    sealed(toy, ["a", "b"])
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    sealed(toy, ["b", "b"])
    with pytest.raises(DropError, match="was changed while it was read"):
        segments_of(toy.s3, plan, plan.judges[0], [SegmentConfig("series")], ["row-1000", "row-1001"])
    with pytest.raises(DropError, match="2 of the 3 rows that were predicted, in their order: the one with key 'x'"):
        segments_of(toy.s3, plan, plan.judges[0], [SegmentConfig("series")], ["row-1000", "row-1001", "x"])
