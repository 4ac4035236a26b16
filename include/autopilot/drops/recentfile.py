"""The rows that judge while they are new, as a holdout's file of the run: as they were delivered, with all columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING

from include.autopilot.base.csvlines import encode_file, encode_line
from include.autopilot.base.source import combine
from include.autopilot.drops.content import DropContent, DropFile, read_files
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.fileheader import read_header
from include.autopilot.s3.writer import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_Places = AbstractSet[tuple[int, int]]


def write_rows(s3: S3Client, uri: str, drops: Sequence[DropContent], rows: Mapping[int, _Places]) -> str:
    """Write rows of drops as one file with a header, the oldest drop's first, and return its address.

    Of a file that lacks a column of another one the cells are empty.

    :param rows: place of a drop -> file there, counted from 0, and line of each row.
    :raises DropError: a drop was changed meanwhile; nothing is written then.
    """
    used = [(drops[place], rows[place]) for place in sorted(rows)]
    files = [drop.drop.files[file].uri for drop, places in used for file in sorted({file for file, _ in places})]
    columns = list(dict.fromkeys(column for file in files for column in read_header(s3, file)))
    writer = ObjectWriter(s3, uri, "text/csv", combine(drop.source for drop, _ in used))
    try:
        writer.write(encode_file([encode_line(columns)]))
        for drop, places in used:
            read_files(s3, drop, partial(_copy, writer, columns, places))
    except BaseException:
        writer.abort()
        raise
    return writer.finish()


def _copy(
    writer: ObjectWriter, columns: Sequence[str], places: _Places, number: int, uri: str, source: DropFile
) -> None:
    lines = {line for file, line in places if file == number}
    if not lines:
        return
    file = CsvFile(uri, source)
    for record in file.records(Findings(uri)):
        if record.line in lines:
            cells = dict(zip(file.header, record.cells, strict=True))
            writer.write(encode_file([encode_line([cells.get(column, "") for column in columns])]))
