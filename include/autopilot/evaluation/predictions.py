"""Read what the prediction job wrote, and prove that it belongs to the holdout line for line.

A line is ``key,target,prediction`` of a regression, and of a classification ``key,target`` and the columns that the
pipeline was asked for (:mod:`include.autopilot.candidate.inference`), ``predicted_label`` among them. Both files are
read side by side, and only keys, targets and answers are kept: how wide the rows are does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from include.autopilot.base.errors import EvaluationError
from include.autopilot.drops.plan import PlannedHoldout
from include.autopilot.evaluation.outcome import Outcome
from include.autopilot.evaluation.predictionrows import Unanswered, prediction_rows
from include.autopilot.rows.columns import Texts
from include.autopilot.s3.objects import list_uris
from include.autopilot.s3.reader import read_rows
from include.autopilot.template.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Predictions:
    """One holdout's predictions, in the holdout's order.

    :param unanswered: the rows that the model did not answer; None where it answered all.
    """

    holdout: str
    uri: str
    keys: Texts
    outcome: Outcome
    unanswered: Unanswered | None = None


def read_predictions(
    s3: S3Client, problem: Problem, holdouts: Sequence[PlannedHoldout], output_uri: str
) -> tuple[Predictions, ...]:
    """Return the predictions of every holdout.

    The output is looked for by its file name: how the service lays out folders below S3OutputPath is its own affair.

    :param output_uri: the job's S3OutputPath.
    :raises EvaluationError: an output is missing, or its lines are not the holdout's.
    """
    outputs = list_uris(s3, output_uri)
    return tuple(_read(s3, problem, holdout, outputs, output_uri) for holdout in holdouts)


def _read(s3: S3Client, problem: Problem, holdout: PlannedHoldout, outputs: list[str], output_uri: str) -> Predictions:
    found = [uri for uri in outputs if uri.endswith(f"/{holdout.name}.csv.out")]
    if len(found) != 1:
        raise EvaluationError(
            f"{output_uri} holds {len(found)} files {holdout.name}.csv.out; exactly one was expected. "
            "Clear the task predict to run it again."
        )
    keys, rows = Texts(), prediction_rows(problem)
    fault: EvaluationError | None = None
    counts = [0, 0]
    pairs = zip_longest(_rows(s3, holdout.input), _rows(s3, found[0]))
    for number, (wanted, cells) in enumerate(pairs, 1):
        counts[0] += wanted is not None
        counts[1] += cells is not None
        # After a fault the lines are only counted: where their number is wrong, that is what went wrong first.
        if fault is not None or wanted is None or cells is None:
            continue
        place, key = f"{found[0]} line {number}", wanted[0].strip()
        try:
            _check_key(place, key, cells, problem.columns)
            rows.add(place, key, wanted[1], cells)
        except EvaluationError as error:
            fault = error
        keys.append(key)
    if counts[0] != counts[1]:
        raise EvaluationError(f"{found[0]} has {counts[1]} lines for the {counts[0]} rows of holdout {holdout.name}.")
    if fault is not None:
        raise fault
    return Predictions(holdout.name, found[0], keys, rows.outcome, rows.unanswered)


def _rows(s3: S3Client, uri: str) -> Iterator[list[str]]:
    return (row for row in read_rows(s3, uri) if row)


def _check_key(place: str, key: str, cells: list[str], columns: tuple[str, ...]) -> None:
    if len(cells) != 2 + len(columns):
        expected = f"key, target and {', '.join(columns)}"
        raise EvaluationError(f"{place} has {len(cells)} cells; expected {expected}.")
    if cells[0].strip() != key:
        raise EvaluationError(f"{place} is for key {cells[0]!r}, but the holdout has {key!r} there.")
