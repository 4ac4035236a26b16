"""Out-of-fold predictions: what each training row was predicted by boosters that had not seen it.

A training with ``_kfold`` leaves them in ``output.tar.gz`` beside its ``model.tar.gz``, as ``predictions.csv`` without
a header; for a regression its lines are ``measured,predicted``. The archive is read as a stream, and nothing of it is
written to disk or executed: only the one plain file of a modest size is looked at.
"""

from __future__ import annotations

import csv
import io
import math
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from include.autopilot.base.errors import IntervalError, MissingObjectError
from include.autopilot.base.numbers import read_answer
from include.autopilot.s3.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FILE = "predictions.csv"
_LARGEST_FILE = 500_000_000
_MOST_UNPACKED = 2_000_000_000
_RETRAIN = "Train with _kfold (Autopilot does so up to 50,000 rows), or score without an interval."


@dataclass(frozen=True)
class OutOfFold:
    """Measured and predicted values of the training rows, in the target's unit.

    :param uri: the archive they come from.
    """

    uri: str
    measured: tuple[float, ...]
    predicted: tuple[float, ...]


def read_out_of_fold(s3: S3Client, artifact: str) -> OutOfFold:
    """Return the out-of-fold predictions of the training that left an artifact.

    :param artifact: the address of the algorithm's ``model.tar.gz``.
    :raises IntervalError: there are none, or they cannot be read.
    """
    uri = f"{artifact.rpartition('/')[0]}/output.tar.gz"
    try:
        body = open_object(s3, uri)["Body"]
    except MissingObjectError as error:
        raise IntervalError(f"The champion has no out-of-fold predictions: {error} {_RETRAIN}") from error
    try:
        text = _member(body)  # type: ignore[arg-type]  # a stream that can be read, which is all tarfile needs
    except (tarfile.TarError, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise IntervalError(f"{uri} cannot be read as an archive with out-of-fold predictions: {error}.") from error
    finally:
        body.close()
    if text is None:
        raise IntervalError(f"{uri} holds no {_FILE}, so the champion has no out-of-fold predictions. {_RETRAIN}")
    pairs = [_pair(uri, number, row) for number, row in enumerate(csv.reader(io.StringIO(text)), 1) if row]
    return OutOfFold(uri, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def _member(archive: BinaryIO) -> str | None:
    with tarfile.open(fileobj=archive, mode="r|gz") as tar:
        for member in tar:
            if member.offset > _MOST_UNPACKED:
                return None
            if member.isreg() and member.name.rpartition("/")[2] == _FILE and member.size <= _LARGEST_FILE:
                content = tar.extractfile(member)
                return None if content is None else content.read().decode()
    return None


def _pair(uri: str, line: int, row: list[str]) -> tuple[float, float]:
    measured, predicted = map(read_answer, row) if len(row) == 2 else (None, None)
    if measured is None or predicted is None:
        raise IntervalError(f"{uri}, {_FILE} line {line} is {row[:4]}; expected two numbers.")
    if not (math.isfinite(measured) and math.isfinite(predicted)):
        raise IntervalError(f"{uri}, {_FILE} line {line} holds a number that is not finite: {row}.")
    return measured, predicted
