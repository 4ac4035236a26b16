"""Reading out-of-fold predictions from an archive that nobody trusts."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest

from include.autopilot.base.errors import IntervalError
from include.autopilot.scoring import outoffold
from include.autopilot.scoring.outoffold import read_out_of_fold
from tests.support.servings import archive

MODEL = "s3://toy-models/job/output/model.tar.gz"
OUTPUT = "s3://toy-models/job/output/output.tar.gz"


def linked(kind: bytes) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as tar:
        member = tarfile.TarInfo("predictions.csv")
        member.type, member.linkname = kind, "/etc/hostname"
        tar.addfile(member)
    return body.getvalue()


def put(s3: Any, body: bytes) -> None:
    s3.put_object(Bucket="toy-models", Key="job/output/output.tar.gz", Body=body)


@pytest.mark.parametrize("name", ["predictions.csv", "data__predictions.csv"])
def test_measured_and_predicted_are_read_in_order(s3: Any, name: str) -> None:
    put(s3, archive(**{"other.csv": b"9,9\n", name: b"1,1.5\n2,1.75\n"}))
    found = read_out_of_fold(s3, MODEL)
    assert (found.uri, found.measured, found.predicted) == (OUTPUT, (1.0, 2.0), (1.5, 1.75))


def test_no_archive_is_refused_with_what_to_do(s3: Any) -> None:
    with pytest.raises(IntervalError) as refused:
        read_out_of_fold(s3, MODEL)
    assert str(refused.value) == (
        f"The champion has no out-of-fold predictions: {OUTPUT} does not exist in S3. Train with _kfold (Autopilot "
        "does so up to 50,000 rows), or score without an interval."
    )


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_device_is_not_followed(s3: Any, kind: bytes) -> None:
    put(s3, linked(kind))
    with pytest.raises(IntervalError, match=r"holds no predictions.csv"):
        read_out_of_fold(s3, MODEL)


def test_a_file_too_large_is_not_read(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outoffold, "_LARGEST_FILE", 5)
    put(s3, archive(**{"predictions.csv": b"1,1.5\n"}))
    with pytest.raises(IntervalError, match=r"holds no predictions.csv"):
        read_out_of_fold(s3, MODEL)


def test_an_archive_without_end_is_given_up(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outoffold, "_MOST_UNPACKED", 1000)
    put(s3, archive(**{"much.bin": bytes(5000), "predictions.csv": b"1,1.5\n"}))
    with pytest.raises(IntervalError, match=r"holds no predictions.csv"):
        read_out_of_fold(s3, MODEL)


@pytest.mark.parametrize("length", [0, 5, 60])
def test_a_broken_archive_is_refused(s3: Any, length: int) -> None:
    put(s3, archive(**{"predictions.csv": b"1,1.5\n"})[:length])
    with pytest.raises(IntervalError, match=r"output.tar.gz cannot be read as an archive"):
        read_out_of_fold(s3, MODEL)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"1,2\n1,2,3\n", r"line 2 is \['1', '2', '3'\]; expected two numbers"),
        (b"1,much\n", r"line 1 is \['1', 'much'\]; expected two numbers"),
        (b"1,nan\n", "line 1 holds a number that is not finite"),
    ],
)
def test_other_lines_are_refused_with_their_place(s3: Any, body: bytes, message: str) -> None:
    put(s3, archive(**{"predictions.csv": body}))
    with pytest.raises(IntervalError, match=message):
        read_out_of_fold(s3, MODEL)
