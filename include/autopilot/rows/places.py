"""Where rows stand in a file, by their keys: asked for a few rows that somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.autopilot.base.errors import AutopilotError
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.s3.reader import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def row_places(s3: S3Client, uri: str, column: str, keys: Sequence[str]) -> dict[str, str]:
    """Return row, line and file in words, by key; a key that is not found, or a file that cannot be read, has none.

    :param column: the key's.
    """
    wanted, found = set(keys), dict[str, str]()
    try:
        with opened(s3, uri) as file:
            rows = CsvFile(uri, file)
            place = rows.header.index(column)
            for record in rows.records(Findings(uri)):
                key = record.cells[place].strip()
                if key in wanted:
                    found[key] = f"row {record.row} (line {record.line}) of {uri}"
                    if len(found) == len(wanted):
                        break
    except (AutopilotError, ValueError):
        # What is told of a row is a help; its absence must not cost a verdict.
        return found
    return found
