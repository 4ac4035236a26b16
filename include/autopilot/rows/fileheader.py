"""The column names of a drop's files in S3, without reading the rest of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from include.autopilot.base.errors import EmptyFileError
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.s3.reader import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")


def read_header(s3: S3Client, *uris: str) -> list[str]:
    """Return the column names of the first file that is not empty.

    :raises EmptyFileError: all files are.
    :raises ContractError: a header is not CSV, or a file is not UTF-8.
    """
    return _of_first(s3, uris, lambda file: file.header)


def read_contract(s3: S3Client, uris: Sequence[str], contract: Callable[[CsvFile], Contract]) -> Contract:
    """Return the contract that the first file that is not empty sets where no candidate has set one.

    :param contract: makes it of the file, see :func:`include.autopilot.rows.header.contract_of_first`.
    :raises EmptyFileError: all files are.
    :raises ContractError: the file is no CSV in UTF-8, or lacks the key or the target.
    """
    return _of_first(s3, uris, contract)


def _of_first(s3: S3Client, uris: Sequence[str], read: Callable[[CsvFile], T]) -> T:
    for uri in uris[:-1]:
        with suppress(EmptyFileError), opened(s3, uri) as file:
            return read(CsvFile(uri, file))
    with opened(s3, uris[-1]) as file:
        return read(CsvFile(uris[-1], file))
