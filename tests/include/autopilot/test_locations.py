from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.autopilot.locations import Locations, parse_uri


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("s3://b/a/c.csv", ("b", "a/c.csv")), ("s3://b/", ("b", "")), ("s3://b", ("b", ""))],
)
def test_addresses(uri: str, expected: tuple[str, str]) -> None:
    assert parse_uri(uri) == expected


@pytest.mark.parametrize("uri", ["b/a", "https://b/a", "s3:///a", ""])
def test_no_addresses(uri: str) -> None:
    with pytest.raises(ValueError, match="is not an S3 address like s3://bucket/folder"):
        parse_uri(uri)


def test_the_layout() -> None:
    places = Locations("s3://b/m")
    cutoff = datetime(2024, 2, 1, tzinfo=UTC)
    assert places.drops == "s3://b/m/drops"
    assert places.holdout("sealed") == "s3://b/m/holdout/sealed.csv"
    assert places.template("current") == "s3://b/m/template/current.json"
    assert places.search_input(cutoff) == "s3://b/m/search/20240201T000000/input/train.csv"
    assert places.search_output(cutoff) == "s3://b/m/search/20240201T000000/output"
    assert places.prepared("p", "d") == "s3://b/m/prepared/p/d"
    assert places.features("t", "p") == "s3://b/m/features/t/p"
    assert places.run("k") == "s3://b/m/runs/k"
