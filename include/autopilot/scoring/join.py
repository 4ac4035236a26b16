"""Join what the transform job answered with the keys of the rows it was asked for: one CSV file per input file.

Chunk by chunk, so that no file has to fit into memory. A chunk's answers count only if they are, line for line, those
of its keys; the keys written are those of the input, to the letter.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.errors import EvaluationError
from include.autopilot.base.locations import parse_uri
from include.autopilot.candidate.inference import LABEL, PREDICTION, PROBABILITIES, PROBABILITY
from include.autopilot.evaluation.cells import (
    predicted_label,
    predicted_number,
    predicted_probabilities,
    predicted_probability,
)
from include.autopilot.rows.inputcheck import CheckedInput, Chunk
from include.autopilot.rows.labels import Labels
from include.autopilot.s3.objects import SOURCE_METADATA, list_uris, read
from include.autopilot.scoring.plan import ScorePlan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VERSION = "model_version"
# Below this the file stays in memory; above it goes to disk.
_IN_MEMORY = 8_000_000


def write_predictions(s3: S3Client, plan: ScorePlan, output_uri: str) -> dict[str, str]:
    """Write the predictions of every input file.

    :param output_uri: the transform job's S3OutputPath.
    :return: address of the predictions -> SHA-256 of their bytes, in the order of the inputs.
    :raises EvaluationError: answers are missing, or are not those of the rows line for line.
    """
    answers = {uri.rpartition("/")[2]: uri for uri in list_uris(s3, output_uri)}
    return dict(_write(s3, plan, file, answers, output_uri) for file in plan.inputs)


def columns_of(plan: ScorePlan) -> tuple[str, ...]:
    """Return the columns of the predictions: key, answer, bounds of the interval if there is one, model version."""
    answer = [name for column in plan.problem.columns for name in _answer_columns(plan, column)]
    bounds = () if plan.interval is None else ("lower", "upper")
    return (plan.key, *answer, *bounds, VERSION)


def _write(
    s3: S3Client, plan: ScorePlan, file: CheckedInput, answers: Mapping[str, str], output_uri: str
) -> tuple[str, str]:
    uri = f"{plan.output}/{file.name}"
    bucket, key = parse_uri(uri)
    digest = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
        _add(body, digest, encode_line(columns_of(plan)))
        for chunk in file.chunks:
            for line in _joined(s3, plan, chunk, answers, output_uri):
                _add(body, digest, line)
        body.seek(0)
        metadata = {SOURCE_METADATA: plan.source} if plan.source else {}
        s3.upload_fileobj(body, bucket, key, ExtraArgs={"ContentType": "text/csv", "Metadata": metadata})
    return uri, digest.hexdigest()


def _add(body: IO[bytes], digest: Any, line: str) -> None:
    data = f"{line}\n".encode()
    body.write(data)
    digest.update(data)


def _joined(s3: S3Client, plan: ScorePlan, chunk: Chunk, answers: Mapping[str, str], output_uri: str) -> Iterator[str]:
    name = f"{chunk.uri.rpartition('/')[2]}.out"
    if name not in answers:
        raise EvaluationError(
            f"{output_uri} holds no file {name}: the transform job did not answer all rows. Clear the task predict."
        )
    asked, predicted = _rows(read(s3, chunk.uri).body), _rows(read(s3, answers[name]).body)
    labels = Labels(plan.problem.labels)
    number = 0
    for number, (row, cells) in enumerate(zip(asked, predicted, strict=False), 1):
        place = f"{answers[name]} line {number}"
        if len(cells) != 1 + len(plan.problem.columns):
            expected = ", ".join((plan.key, *plan.problem.columns))
            raise EvaluationError(f"{place} has {len(cells)} cells; expected {expected}.")
        if cells[0] != row[0]:
            raise EvaluationError(f"{place} is for key {cells[0]!r}, but {row[0]!r} was asked for there.")
        yield encode_line([row[0], *_answer(plan, labels, place, cells[1:]), str(plan.serving.version)])
    more = next(predicted, None)
    if number != chunk.rows or more is not None:
        count = number + (more is not None) + sum(1 for _ in predicted)
        raise EvaluationError(f"{answers[name]} has {count} lines for the {chunk.rows} rows of {chunk.uri}.")


def _rows(body: bytes) -> Iterator[list[str]]:
    return (row for row in csv.reader(io.StringIO(body.decode(), newline="")) if row)


def _answer_columns(plan: ScorePlan, column: str) -> tuple[str, ...]:
    """Return the columns of the predictions that one column of the answer becomes."""
    if column == PROBABILITIES and plan.problem.labels:
        return tuple(f"probability_{label}" for label in plan.problem.labels)
    return (column,)


def _answer(plan: ScorePlan, labels: Labels, place: str, cells: list[str]) -> Iterator[str]:
    for column, cell in zip(plan.problem.columns, cells, strict=True):
        yield from _checked(plan, labels, place, column, cell)
    if plan.interval is not None:
        yield from (repr(bound) for bound in plan.interval.bounds(predicted_number(place, cells[0])))


def _checked(plan: ScorePlan, labels: Labels, place: str, column: str, cell: str) -> Iterator[str]:
    """Yield a cell of the answer as it came, once it was read; probabilities of all classes one by one."""
    if column == PREDICTION:
        predicted_number(place, cell)
    elif column == LABEL:
        predicted_label(place, cell, labels)
    elif column == PROBABILITY:
        predicted_probability(place, cell)
    elif column == PROBABILITIES and plan.problem.labels:
        yield from map(repr, predicted_probabilities(place, cell, len(plan.problem.labels)))
        return
    yield cell
