"""The rows of one CSV file in S3, one after the other: never more than a line of it is in memory."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from include.autopilot.cells import Findings, Record
from include.autopilot.errors import ContractError, ScoringError
from include.autopilot.inputs import InputFile
from include.autopilot.locations import parse_uri

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A row of a table with thousands of columns has some 100 kB; a file without line ends must not fill the memory.
_LONGEST_LINE = 16_000_000


class RowStream:
    """A file being read; use it in a ``with`` statement.

    :raises ScoringError: when it is opened: the file is not what was listed any more.
    :raises ContractError: while it is read: it is empty, no UTF-8, no gzip, or its header is no CSV.
    """

    def __init__(self, s3: S3Client, file: InputFile) -> None:
        self._file = file.uri
        self._body = _open(s3, file)
        self._raw = _Hashed(self._body)
        plain: Any = io.BufferedReader(self._raw)
        self._bytes: Any = gzip.GzipFile(fileobj=plain) if file.uri.endswith(".gz") else plain
        self._lines_read = 0
        self._reader = csv.reader(self._lines(), strict=True)
        self.header = self._header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._body.close()

    @property
    def sha256(self) -> str:
        """The digest, 64 hexadecimal digits, of the bytes as they lie in S3; complete once all rows were read."""
        return self._raw.sha256.hexdigest()

    def records(self, findings: Findings) -> Iterator[Record]:
        """Yield the rows that have one cell per column; blank lines are no rows.

        :param findings: takes what is wrong with the others.
        """
        row = 0
        while True:
            before = self._lines_read
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                bad = Record(row + 1, before + 1, (), False)
                findings.add(None, bad, f"is not CSV: {error}", "Quote cells that hold commas or quotes")
                return
            if cells is None:
                return
            if not cells:
                continue
            row += 1
            record = Record(row, before + 1, cells, self._lines_read - before > 1)
            if len(cells) == len(self.header):
                yield record
            else:
                fault = f"has {len(cells)} cells where the header has {len(self.header)}"
                findings.add(None, record, fault, "Give every row one cell per column and quote cells that hold commas")

    def _header(self) -> list[str]:
        try:
            header = next((cells for cells in self._reader if cells), None)
        except csv.Error as error:
            fault = f"{self._file}: the header (line 1) is not CSV: {error}. Quote names with commas."
            raise ContractError([fault]) from error
        if header is None:
            raise ContractError([f"{self._file} is empty. Put a CSV file with a header there, or take the file away."])
        return header

    def _lines(self) -> Iterator[str]:
        """Decode line by line, so that a wrong byte has a place."""
        while line := self._line():
            self._lines_read += 1
            try:
                yield line.decode("utf-8-sig" if self._lines_read == 1 else "utf-8")
            except UnicodeDecodeError as error:
                place = f"line {self._lines_read}, byte {error.start + 1} of it"
                raise ContractError([f"{self._file} is not UTF-8 in {place}. Save it as UTF-8."]) from error

    def _line(self) -> bytes:
        try:
            line: bytes = self._bytes.readline(_LONGEST_LINE)
        except (OSError, EOFError, zlib.error) as error:
            if not self._file.endswith(".gz"):
                raise
            raise ContractError([f"{self._file} is not a whole gzip file: {error}. Compress it again."]) from error
        if len(line) == _LONGEST_LINE:
            fault = f"{self._file}: line {self._lines_read + 1} has more than {_LONGEST_LINE} bytes"
            raise ContractError([f"{fault}. End every row with a line end."])
        return line


class _Hashed(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._body.read(len(buffer))
        buffer[: len(data)] = data
        self.sha256.update(data)
        return len(data)


def _open(s3: S3Client, file: InputFile) -> Any:
    bucket, key = parse_uri(file.uri)
    try:
        return s3.get_object(Bucket=bucket, Key=key, IfMatch=file.etag)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("PreconditionFailed", "412", "NoSuchKey", "404"):
            raise ScoringError(
                f"input: {file.uri} was changed or deleted while the scoring began. Run the scoring again."
            ) from error
        raise
