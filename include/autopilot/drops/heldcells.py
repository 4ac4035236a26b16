"""What the rows of a holdout say in a column of their own file, be it one that no model sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from include.autopilot.base.errors import DropError
from include.autopilot.base.near import asked
from include.autopilot.drops.content import DropFile
from include.autopilot.drops.plan import PlannedHoldout
from include.autopilot.rows.cells import Findings, Record
from include.autopilot.rows.csvfile import CsvFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def cells_of(s3: S3Client, holdout: PlannedHoldout, key: str, keys: Sequence[str], column: str, why: str) -> list[str]:
    """Return the cells of a column, of the rows that were predicted, in their order.

    :param key: the column of the keys; ``keys``: of the rows that were predicted, in the file's order.
    :param why: who names the column, for messages.
    :raises DropError: there is no such column, or the file was changed since the run was planned.
    """
    with closing(DropFile(s3, holdout.uri, holdout.digest)) as file:
        rows = CsvFile(holdout.uri, file)
        check_column(column, rows, why)
        place = rows.header.index(column)
        found = [record.cells[place] for record in predicted_records(rows, key, keys)]
        file.check()
    return found


def check_column(column: str, rows: CsvFile, why: str) -> None:
    """Check that a file has a column.

    :param why: who names the column, for the message.
    :raises DropError: it has not.
    """
    if column not in rows.header:
        question = asked(column, rows.header)
        raise DropError(
            f"{rows.name} has no column {column!r}, which {why} names.{question} Correct the name, take it out, "
            "or let rows judge that have such a column."
        )


def predicted_records(rows: CsvFile, key: str, keys: Sequence[str]) -> Iterator[Record]:
    """Yield the rows that have these keys; of a file others may have no target.

    :raises DropError: the file has not all of them in this order.
    """
    place, wanted = rows.header.index(key), iter(keys)
    expected, found = next(wanted, None), 0
    for record in rows.records(Findings(rows.name)):
        if record.cells[place].strip() == expected:
            yield record
            expected, found = next(wanted, None), found + 1
    if expected is not None:
        raise DropError(
            f"{rows.name} has {found} of the {len(keys)} rows that were predicted, in their order: the one with key "
            f"{expected!r} is not there. Start a new run."
        )
