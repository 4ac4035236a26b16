"""Read what the prediction job wrote, and prove that it belongs to the holdout line for line.

A line is ``key,target,prediction`` of a regression, and of a classification ``key,target`` and the columns that the
pipeline was asked for (:mod:`include.autopilot.requests.answer`), ``predicted_label`` among them.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.data.labels import Labels
from include.autopilot.errors import EvaluationError
from include.autopilot.objects import list_uris, read
from include.autopilot.plan import Plan, PlannedHoldout
from include.autopilot.problem import Problem
from include.autopilot.report.answercells import (
    answered_label,
    answered_number,
    answered_order,
    answered_probabilities,
    answered_probability,
)
from include.autopilot.report.outcome import Classes, Numbers, Outcome
from include.autopilot.requests.answer import LABEL, LABELS, PROBABILITIES, PROBABILITY

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Predictions:
    """One holdout's predictions, in the holdout's order."""

    holdout: str
    uri: str
    keys: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True)
class _Line:
    """One line of the output beside the holdout's own key and target; ``place`` is for messages."""

    place: str
    key: str
    target: str
    cells: list[str]


def read_predictions(s3: S3Client, plan: Plan, output_uri: str) -> tuple[Predictions, ...]:
    """Return the predictions of every holdout.

    The output is looked for by its file name: how the service lays out folders below S3OutputPath is its own affair.

    :param output_uri: the job's S3OutputPath.
    :raises EvaluationError: an output is missing, or its lines are not the holdout's.
    """
    outputs = list_uris(s3, output_uri)
    return tuple(_read(s3, plan.problem, holdout, outputs, output_uri) for holdout in plan.holdouts)


def _read(s3: S3Client, problem: Problem, holdout: PlannedHoldout, outputs: list[str], output_uri: str) -> Predictions:
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
    lines = [
        _Line(f"{found[0]} line {number}", expected[0].strip(), expected[1], row)
        for number, (row, expected) in enumerate(zip(rows, wanted, strict=True), 1)
    ]
    for line in lines:
        _check_key(line, problem.columns)
    outcome = _numbers(lines) if problem.is_regression else _classes(lines, problem)
    return Predictions(holdout.name, found[0], tuple(line.key for line in lines), outcome)


def _rows(body: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(body.decode(), newline="")) if row]


def _check_key(line: _Line, columns: tuple[str, ...]) -> None:
    if len(line.cells) != 2 + len(columns):
        expected = f"key, target and {', '.join(columns)}"
        raise EvaluationError(f"{line.place} has {len(line.cells)} cells; expected {expected}.")
    if line.cells[0].strip() != line.key:
        raise EvaluationError(f"{line.place} is for key {line.cells[0]!r}, but the holdout has {line.key!r} there.")


def _numbers(lines: list[_Line]) -> Numbers:
    predicted = tuple(answered_number(line.place, line.cells[2]) for line in lines)
    return Numbers(tuple(answered_number(line.place, line.target, line.cells[1]) for line in lines), predicted)


def _classes(lines: list[_Line], problem: Problem) -> Classes:
    labels = Labels(problem.labels)
    for line in lines:
        if line.cells[1].strip() != line.target.strip():
            raise EvaluationError(
                f"{line.place} says the target is {line.cells[1]!r}, but the holdout has {line.target!r} there."
            )
    label = 2 + problem.columns.index(LABEL)
    return Classes(
        known=problem.labels,
        actual=tuple(answered_label(line.place, line.target, labels) for line in lines),
        predicted=tuple(answered_label(line.place, line.cells[label], labels) for line in lines),
        probabilities=_probabilities(lines, problem),
    )


def _probabilities(lines: list[_Line], problem: Problem) -> tuple[tuple[float, ...], ...] | None:
    """Return a probability per known class and row, from whichever column the pipeline answered with."""
    count = len(problem.labels)
    if PROBABILITIES in problem.columns and count:
        place = 2 + problem.columns.index(PROBABILITIES)
        told = [answered_probabilities(line.place, line.cells[place], count) for line in lines]
        return tuple(
            tuple(chances[at] for at in _order(line, problem)) for line, chances in zip(lines, told, strict=True)
        )
    if PROBABILITY in problem.columns and count == 2:
        place = 2 + problem.columns.index(PROBABILITY)
        positive = [answered_probability(line.place, line.cells[place]) for line in lines]
        return tuple((1 - chance, chance) for chance in positive)
    return None


def _order(line: _Line, problem: Problem) -> tuple[int, ...]:
    """Return where each known class stands in the line's list of probabilities; as known where it does not say."""
    if LABELS not in problem.columns:
        return tuple(range(len(problem.labels)))
    return answered_order(line.place, line.cells[2 + problem.columns.index(LABELS)], Labels(problem.labels))
