"""Read what the prediction job wrote, and prove that it belongs to the holdout line for line."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.errors import EvaluationError
from include.autopilot.objects import list_uris, read
from include.autopilot.plan import Plan, PlannedHoldout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Predictions:
    """One holdout's predictions, in the holdout's order."""

    holdout: str
    uri: str
    keys: tuple[str, ...]
    actual: tuple[float, ...]
    predicted: tuple[float, ...]


def read_predictions(s3: S3Client, plan: Plan, output_uri: str) -> tuple[Predictions, ...]:
    """Return the predictions of every holdout.

    The output is looked for by its file name: how the service lays out folders below S3OutputPath is its own affair.

    :param output_uri: the job's S3OutputPath.
    :raises EvaluationError: an output is missing, or its lines are not the holdout's.
    """
    outputs = list_uris(s3, output_uri)
    return tuple(_read(s3, holdout, outputs, output_uri) for holdout in plan.holdouts)


def _read(s3: S3Client, holdout: PlannedHoldout, outputs: list[str], output_uri: str) -> Predictions:
    found = [uri for uri in outputs if uri.endswith(f"/{holdout.name}.csv.out")]
    if len(found) != 1:
        raise EvaluationError(
            f"{output_uri} holds {len(found)} files {holdout.name}.csv.out; exactly one was expected. "
            "Clear the prediction task to run it again."
        )
    wanted = _rows(read(s3, holdout.input).body)
    rows = _rows(read(s3, found[0]).body)
    if len(rows) != len(wanted):
        raise EvaluationError(f"{found[0]} has {len(rows)} lines for the {len(wanted)} rows of holdout {holdout.name}.")
    pairs = [
        _check(found[0], line, row, expected) for line, (row, expected) in enumerate(zip(rows, wanted, strict=True), 1)
    ]
    return Predictions(
        holdout=holdout.name,
        uri=found[0],
        keys=tuple(expected[0] for expected in wanted),
        actual=tuple(actual for actual, _ in pairs),
        predicted=tuple(predicted for _, predicted in pairs),
    )


def _rows(body: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(body.decode(), newline="")) if row]


def _check(uri: str, line: int, row: list[str], expected: list[str]) -> tuple[float, float]:
    """Return (measured, predicted) of one line, if it is the line of the expected row."""
    place = f"{uri} line {line}"
    if len(row) != 3:
        raise EvaluationError(f"{place} has {len(row)} cells; expected key, target and prediction.")
    if row[0].strip() != expected[0].strip():
        raise EvaluationError(f"{place} is for key {row[0]!r}, but the holdout has {expected[0]!r} there.")
    actual, joined, predicted = (_number(place, cell) for cell in (expected[1], row[1], row[2]))
    if not math.isclose(actual, joined, rel_tol=1e-9):
        raise EvaluationError(f"{place} says the target is {joined}, but the holdout has {actual} there.")
    return actual, predicted


def _number(place: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError as error:
        raise EvaluationError(f"{place}: {cell!r} is not a number.") from error
    if not math.isfinite(number):
        raise EvaluationError(f"{place}: {cell!r} is not finite.")
    return number
