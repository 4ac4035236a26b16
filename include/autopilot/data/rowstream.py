"""A file of new rows in S3, read row by row: exactly the bytes that were listed, hashed on the way."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from include.autopilot.data.csvfile import CsvFile
from include.autopilot.errors import ScoringError
from include.autopilot.locations import parse_uri
from include.autopilot.scoring.inputs import InputFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class RowStream(CsvFile):
    """A file being read; use it in a ``with`` statement.

    :raises ScoringError: when it is opened: the file is not what was listed any more.
    :raises ContractError: while it is read: it is empty, no UTF-8, no gzip, or its header is no CSV.
    """

    def __init__(self, s3: S3Client, file: InputFile) -> None:
        self._body = _open(s3, file)
        self._hashed = _Hashed(self._body)
        try:
            super().__init__(file.uri, self._hashed)
        except BaseException:
            self._body.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._body.close()

    @property
    def sha256(self) -> str:
        """The digest, 64 hexadecimal digits, of the bytes as they lie in S3; complete once all rows were read."""
        return self._hashed.sha256.hexdigest()


class _Hashed:
    """A source that hashes what is read from it."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = self._body.read(None if size < 0 else size)
        self.sha256.update(data)
        return data


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
