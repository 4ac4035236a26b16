"""Which files are scored."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import ScoringError
from include.autopilot.rows.inputs import list_inputs

ROOT = "s3://toy-models/new"


def put(s3: Any, key: str, source: str | None = None) -> None:
    metadata = {"data-source": source} if source else {}
    s3.put_object(Bucket="toy-models", Key=f"new/{key}", Body=b"x", Metadata=metadata)


def test_one_file(s3: Any) -> None:
    put(s3, "a.csv.gz", "measured here")
    (found,) = list_inputs(s3, f"{ROOT}/a.csv.gz")
    assert (found.uri, found.name, found.source) == (f"{ROOT}/a.csv.gz", "a.csv", "measured here")


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder_in_the_order_of_its_keys(s3: Any, slash: str) -> None:
    hidden = ("_SUCCESS", ".hidden", "a/_part", "_temporary/0/p.csv", ".tmp/p.csv")
    for key in ("b.csv", "a/x.csv.gz", "a/", *hidden, "c.csv"):
        put(s3, key)
    assert [one.name for one in list_inputs(s3, f"{ROOT}{slash}")] == ["a/x.csv", "b.csv", "c.csv"]


def test_what_is_called_like_data_and_is_passed_over_is_told(s3: Any, caplog: pytest.LogCaptureFixture) -> None:
    for key in ("b.csv", "c.csv/", "a/.x.CSV.gz", "_SUCCESS", "a/", "_temporary/0/p.csv"):
        put(s3, key)
    assert [one.name for one in list_inputs(s3, ROOT)] == ["b.csv"]
    told = sorted(record.getMessage() for record in caplog.records)
    assert [text.split(" is passed over for its name")[0] for text in told] == [f"{ROOT}/a/.x.CSV.gz", f"{ROOT}/c.csv/"]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (f"{ROOT}/none/", f"input: {ROOT}/none/ holds no file. Put a CSV file with a header there"),
        ("s3://no-such-bucket/new", "does not exist in S3. Correct the address in the form"),
        (f"{ROOT}/b.parquet", f"input: {ROOT}/b.parquet is not a CSV file by its name. Rename it to <name>.csv or"),
        (ROOT, f"input: {ROOT}/b.parquet is not a CSV file by its name."),
    ],
)
def test_what_cannot_be_scored_is_refused(s3: Any, uri: str, message: str) -> None:
    put(s3, "b.parquet")
    with pytest.raises(ScoringError) as refused:
        list_inputs(s3, uri)
    assert message in str(refused.value)


def test_two_files_with_one_name_for_their_predictions_are_refused(s3: Any) -> None:
    put(s3, "a.csv")
    put(s3, "a.csv.gz")
    with pytest.raises(ScoringError, match=r"a.csv and .*a.csv.gz would both be predicted into a.csv. Rename one"):
        list_inputs(s3, ROOT)
