"""Copies of chunks without their superseded lines, made once and shared by all runs that leave out the same lines.

Features are made once per drop, of all its rows; what a later drop supersedes is taken out of them here. Record *i* of
a file of features belongs to line *i* of its prepared chunk: the count is compared, or nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from include.autopilot.base.errors import RunError
from include.autopilot.base.folders import without
from include.autopilot.drops.leftout import list_uri
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.rows.recordio import records_of
from include.autopilot.s3.reader import opened
from include.autopilot.s3.writer import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def kept_files(
    s3: S3Client, drop: PlannedDrop, files: Mapping[str, str], folder: str, present: AbstractSet[str]
) -> dict[str, str]:
    """Return chunk -> address of what a run reads of a drop, chunks that are superseded whole left out.

    :param files: chunk -> address of the chunk, or of its features.
    :param folder: what copies are kept below.
    :param present: every address there.
    :raises RunError: a file has not one record per row of its chunk.
    """
    touched = drop.superseded.chunks
    kept = {}
    for chunk, uri in files.items():
        removed = touched.get(chunk)
        if removed is None:
            kept[chunk] = uri
        elif removed.rows < drop.prepared.lines[chunk]:
            copy = without(folder, removed.digest, f"{chunk}{uri.rpartition(chunk)[2]}")
            if copy not in present:
                _copy(s3, uri, copy, list_uri(drop.prepared.folder, removed.digest), drop.prepared.lines[chunk])
            kept[chunk] = copy
    return kept


def _copy(s3: S3Client, uri: str, copy: str, removed: str, lines: int) -> None:
    with opened(s3, removed) as places, opened(s3, uri) as file:
        writer = ObjectWriter(s3, copy, "application/octet-stream")
        try:
            found, skip = 0, _next(places)
            for record in records_of(file, uri):
                if found == skip:
                    skip = _next(places)
                else:
                    writer.write(record)
                found += 1
            if found != lines:
                raise RunError(
                    f"{uri} has {found} records for the {lines} rows of its chunk, so no row can be taken out of it. "
                    "Delete its folder and clear the featurize task to make the features again."
                )
        except BaseException:
            writer.abort()
            raise
        writer.finish()


def _next(places: Iterator[bytes]) -> int | None:
    """Return the next line to leave out; None after the last."""
    line = next(places, None)
    return None if line is None else int(line)
