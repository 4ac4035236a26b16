"""The column names of a file in S3, without reading the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.data.csvfile import CsvFile
from include.autopilot.objectreader import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_header(s3: S3Client, uri: str) -> list[str]:
    """Return the column names of a file.

    :raises ContractError: the file is empty, its header is not CSV, or it is not UTF-8.
    """
    with opened(s3, uri) as file:
        return CsvFile(uri, file).header
