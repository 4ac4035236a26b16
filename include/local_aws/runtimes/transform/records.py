"""Records as bytes and as values: splitting input, reading what a model answered, writing joined records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.recordio import RecordIOError, split_frames
from include.local_aws.runtimes.transform.spec import CSV, JSON

LINE_BREAKS = "batch transform does not support CSV with line breaks inside fields"


@dataclass(frozen=True)
class Record:
    """One record of an input object: its bytes without the line end, and its place for messages."""

    data: bytes
    where: str


def split(data: bytes, split_type: str, key: str, media_type: str) -> list[Record]:
    """Split an object by SplitType; blank lines are no records.

    :raises ClientError: there is no record, RecordIO is damaged, or a quoted CSV field spans lines.
    """
    if split_type == "Line":
        records = [Record(line, f"line {number} of {key}") for number, line in _lines(data)]
        if media_type == CSV:
            _refuse_line_breaks_in_fields(records)
    elif split_type == "RecordIO":
        records = list(_frames(data, key))
    else:
        records = [Record(data, key)] if data.strip() else []
    if not records:
        raise ClientError(f"{key} is empty: there is nothing to transform")
    return records


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line.removesuffix(b"\r")


def _frames(data: bytes, key: str) -> Iterator[Record]:
    try:
        for frame in split_frames(data):
            yield Record(frame.frame, f"record {frame.number} of {key}")
    except RecordIOError as error:
        raise ClientError(f"{key}: {error}") from error


def _refuse_line_breaks_in_fields(records: list[Record]) -> None:
    # AWS: "Batch transform doesn't support CSV-formatted input that contains embedded newline characters." It would cut
    # the row in two there, so it must not pass here.
    for record in records:
        if record.data.count(b'"') % 2 and not _is_whole_row(record.data):
            raise ClientError(f"{record.where} has a quoted field that goes on in the next line: {LINE_BREAKS}")


def _is_whole_row(line: bytes) -> bool:
    try:
        return len(list(csv.reader([line.decode("utf-8", "replace")], strict=True))) == 1
    except csv.Error:
        return False


def parse(data: bytes, media_type: str, where: str) -> list[Any]:
    """Read records: every CSV row as a list of strings, every JSON line as its value, one JSON document as one record.

    :raises ClientError: the bytes are not of that type.
    """
    try:
        text = data.decode("utf-8")
        if media_type == CSV:
            return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        if media_type == JSON:
            return [json.loads(text)]
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, csv.Error) as error:
        raise ClientError(f"{where} is not {media_type}: {error}") from error


def write(value: Any, media_type: str) -> bytes:
    """Write one record without a line end: a CSV row (a single value becomes its only field) or JSON."""
    if media_type != CSV:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    text = io.StringIO()
    # The writer quotes only the line breaks of its own line end, so that must be both.
    csv.writer(text, lineterminator="\r\n").writerow(value if isinstance(value, list) else [value])
    return text.getvalue().removesuffix("\r\n").encode("utf-8")


def join(record: Any, output: Any, media_type: str) -> Any:
    """Put a model's output to its input: CSV columns after the input's, JSON under `SageMakerOutput`."""
    if media_type == CSV:
        return [*record, *output]
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": output}
    return {"SageMakerInput": record, "SageMakerOutput": output}
