"""What is told of drops although nothing stops the run."""

from __future__ import annotations

import gzip
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.autopilot.base.errors import DropError, EmptyFileError
from include.autopilot.drops.plan import load_plan
from include.autopilot.flows import retrain
from include.autopilot.flows.search import search_input
from include.autopilot.settings.options import RunOptions
from tests.support.toy import Toy, csv_bytes, rows

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
KEY = "20240301T000000-1a2b3c4d"


def prepared(toy: Toy, cutoff: datetime = MARCH, now: datetime | None = None) -> tuple[str, ...]:
    """The notes of a run's plan."""
    found = retrain.prepare(toy.s3, toy.sagemaker, toy.config, cutoff, RunOptions(), KEY, now)  # type: ignore[arg-type]
    return load_plan(toy.s3, found["plan"]).notes


def test_a_run_with_nothing_to_tell_tells_nothing(toy: Toy) -> None:
    assert prepared(toy) == ()


@pytest.mark.parametrize("path", ["third.csv", "Sealed.csv", "sealed.csv.gz", "sealed/part-0.csv"])
def test_a_file_beside_the_holdouts_that_no_run_reads_is_told(
    toy: Toy, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    toy.put("holdout/README.md", b"about the rows")
    uri = toy.put(f"holdout/{path}", csv_bytes(rows(0, 5)))
    (note,) = prepared(toy)
    assert note.startswith(f"{uri} is no holdout of toy: its rows are not kept out of the training. A holdout is one ")
    caplog.clear()
    with pytest.raises(DropError, match="Autopilot needs 500"):
        search_input(toy.s3, toy.config, MARCH, "Regression", MARCH)
    assert note in caplog.text


def test_a_drop_of_the_future_is_told_and_one_after_the_cutoff_of_a_backfill_is_not(
    toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    toy.put("drops/2042-01-01/x.csv", csv_bytes(rows(200, 5)))
    with caplog.at_level(logging.WARNING):
        notes = prepared(toy, datetime(2024, 2, 1, tzinfo=UTC), datetime(2026, 11, 28, 9, tzinfo=UTC))
    (note,) = notes
    assert note.startswith("Drop 2042-01-01 is dated after the day of this run, 2026-11-28: no run sees it before its")
    assert note in caplog.text


def test_a_run_that_does_not_know_when_it_began_has_its_cutoff_to_go_by(toy: Toy) -> None:
    toy.put("drops/2042-01-01/x.csv", csv_bytes(rows(200, 5)))
    (note,) = prepared(toy)
    assert "2024-03-01" in note


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        (
            "2024-03-01/x.csv/",
            b"",
            "its name ends with a slash, as a folder's does. Upload it under its name if it is ",
        ),
        ("2024-03-01/x.csv.gz/", b"", "its name ends with a slash"),
        ("2024-03-01/data/", b"id,y\n", "its name ends with a slash"),
        ("2024-3-1/", b"", "it is a folder whose name is not a date like 2024-02-01. Rename it before data comes"),
        ("2024-03-01/_x.csv", b"id,y\n", "its name begins with '_'. Rename it if it is data."),
        ("2024-03-01/.x.csv.gz", b"id,y\n", "its name begins with '.'"),
        ("2024-03-01/._X.CSV", b"id,y\n", "its name begins with '.'. Rename it if it is data."),
        ("2024-03-01/X.CSV/", b"", "its name ends with a slash"),
        ("_x.csv", b"id,y\n", "its name begins with '_'"),
    ],
)
def test_what_looks_like_data_and_is_passed_over_is_told(toy: Toy, path: str, body: bytes, why: str) -> None:
    uri = toy.put(f"drops/{path}", body)
    (note,) = prepared(toy)
    assert note.startswith(f"{uri} is passed over: {why}")


@pytest.mark.parametrize(
    "path", ["", "2024-03-01/", "2024-03-01-2/", "2042-03-01/_SUCCESS", ".DS_Store", "_temporary/"]
)
def test_what_never_was_data_is_not_told(toy: Toy, path: str) -> None:
    toy.put(f"drops/{path}", b"x" if path == ".DS_Store" else b"")
    assert prepared(toy) == ()


def test_empty_files_and_the_marks_of_a_writer_in_parts_are_passed_over_and_told(
    toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    for name, body in (("0.csv", b""), ("z.csv.gz", b""), ("zz.csv.gz", gzip.compress(b",,,\n")), ("_SUCCESS", b"")):
        toy.put(f"drops/2024-02-01/{name}", body)
    with caplog.at_level(logging.WARNING):
        notes = prepared(toy)
    assert notes == (
        (
            "Files of the drops that are empty are passed over: 2024-02-01/0.csv, 2024-02-01/z.csv.gz, "
            "2024-02-01/zz.csv.gz."
        ),
        "Files of the drops that are no data by their names are passed over: 2024-02-01/_SUCCESS.",
    )
    assert all(note in caplog.text for note in notes)


def test_a_drop_of_empty_files_only_is_refused(toy: Toy) -> None:
    toy.put("drops/2023-12-01/a.csv", b"")
    toy.put("drops/2023-12-01/b.csv.gz", gzip.compress(b""))
    with pytest.raises(EmptyFileError, match=r"2023-12-01/b\.csv\.gz is empty\. Deliver a CSV file"):
        prepared(toy)


def test_a_search_takes_the_columns_of_the_first_file_that_is_not_empty(searched: Toy) -> None:
    searched.put("drops/2024-01-01/0.csv", b"")
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 520)))
    found = search_input(searched.s3, searched.config, MARCH, "Regression", MARCH)
    assert found["rows"] > 500


def test_a_search_tells_the_same(searched: Toy, caplog: pytest.LogCaptureFixture) -> None:
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 520)))
    searched.put("drops/2024-01-01/b.csv/", b"")
    searched.put("drops/2042-01-01/a.csv", csv_bytes(rows(600, 5)))
    with caplog.at_level(logging.WARNING):
        search_input(searched.s3, searched.config, MARCH, "Regression", datetime(2026, 11, 28, tzinfo=UTC))
    assert "drops/2024-01-01/b.csv/ is passed over" in caplog.text
    assert "Drop 2042-01-01 is dated after the day of this run, 2026-11-28" in caplog.text


def test_a_cleared_run_tells_what_it_did_not_have_the_first_time(toy: Toy) -> None:
    toy.config = replace(toy.config, changed_drops="accept")
    assert prepared(toy) == ()
    toy.put("drops/2023-12-01/late.csv", csv_bytes(rows(300, 30)))
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(60, 21)))
    expected = (
        "Drop 2023-12-01 (30 rows) was not there when this run was prepared first, and is used now.",
        "Drop 2024-02-01 (21 rows) is not what it was when this run was prepared first.",
    )
    assert prepared(toy) == expected
    # Cleared once more it is still compared with the first time.
    assert prepared(toy) == expected
    toy.s3.delete_object(Bucket="toy-models", Key="toy/drops/2024-03-01/third.csv")
    assert prepared(toy)[2:] == ("Drop 2024-03-01 was used when this run was prepared first, and is not any more.",)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", [b"", b" ", b"\r\n", b"\n\n", b"\r"])
def test_a_file_whose_last_line_has_no_line_end_is_told(toy: Toy, packed: bool, end: bytes) -> None:
    body = csv_bytes(rows(200, 5)).rstrip(b"\n") + end
    toy.put(f"drops/2024-03-01/z.csv{'.gz' if packed else ''}", gzip.compress(body) if packed else body)
    told = prepared(toy)
    assert [note.partition(":")[0] for note in told] == (
        [] if end.endswith((b"\n", b"\r")) else [f"2024-03-01/z.csv{'.gz' * packed} does not end with a line end"]
    )
    # A drop that was read by an earlier run is told again.
    assert prepared(toy) == told


def test_a_holdout_without_a_last_line_end_is_told_and_so_is_a_header_alone(toy: Toy) -> None:
    toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 12)).rstrip(b"\n"))
    toy.put("drops/2024-03-01-2/header.csv", csv_bytes([]).rstrip(b"\n"))
    (note,) = prepared(toy)
    assert note.startswith("2024-03-01-2/header.csv, holdout/sealed.csv do not end with a line end: their last row may")


def test_a_search_tells_of_a_missing_line_end(searched: Toy, caplog: pytest.LogCaptureFixture) -> None:
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 520)).rstrip(b"\n"))
    with caplog.at_level(logging.WARNING):
        search_input(searched.s3, searched.config, MARCH, "Regression")
    assert "2024-01-01/a.csv does not end with a line end" in caplog.text


def test_what_is_told_stands_in_the_plan_that_report_and_dry_run_read(toy: Toy) -> None:
    toy.put("drops/2024-03-01/x.csv/", b"")
    (note,) = prepared(toy)
    content = json.loads(toy.get(f"{toy.config.root}/runs/{KEY}/plan.json"))
    assert content["notes"] == [note]
