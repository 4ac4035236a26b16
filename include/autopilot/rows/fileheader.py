"""The column names of a drop's files in S3, without reading the rest of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from include.autopilot.base.errors import EmptyFileError
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.s3.reader import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_header(s3: S3Client, *uris: str) -> list[str]:
    """Return the column names of the first file that is not empty.

    :raises EmptyFileError: all files are.
    :raises ContractError: a header is not CSV, or a file is not UTF-8.
    """
    for uri in uris[:-1]:
        with suppress(EmptyFileError):
            return _header(s3, uri)
    return _header(s3, uris[-1])


def _header(s3: S3Client, uri: str) -> list[str]:
    with opened(s3, uri) as file:
        return CsvFile(uri, file).header
