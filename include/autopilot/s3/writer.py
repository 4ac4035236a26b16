"""Write an S3 object piece by piece, in constant memory, so that it is there whole or not at all."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.digest import Digester
from include.autopilot.base.locations import parse_uri
from include.autopilot.s3.objects import SOURCE_METADATA

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# S3 takes no smaller parts (the last one may be) than 5 MiB.
PART = 8 * 2**20


class ObjectWriter:
    """One object in the making. Nobody sees it before :meth:`finish`; :meth:`abort` leaves nothing behind.

    :param source: where the rows come from; kept as user metadata.
    """

    def __init__(self, s3: S3Client, uri: str, content_type: str, source: str | None = None) -> None:
        self.uri = uri
        self.size = 0
        self._s3 = s3
        self._bucket, self._key = parse_uri(uri)
        metadata = {} if source is None else {SOURCE_METADATA: source}
        self._about: Any = {"ContentType": content_type, "Metadata": metadata}
        self._waiting = bytearray()
        self._digester = Digester()
        self._upload: str | None = None
        self._parts: list[Any] = []

    @property
    def digest(self) -> str:
        """The digest of what was written so far."""
        return self._digester.digest

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        self._digester.add(piece)
        self.size += len(piece)
        self._waiting += piece
        if len(self._waiting) >= PART:
            self._send()

    def close(self) -> None:
        """Send what waits, so that an object of several parts no longer takes memory; it is not there yet."""
        if self._upload is not None and self._waiting:
            self._send()

    def finish(self) -> str:
        """Make the object appear and return its address."""
        where: Any = {"Bucket": self._bucket, "Key": self._key}
        if self._upload is None:
            self._s3.put_object(**where, Body=bytes(self._waiting), **self._about)
        else:
            self.close()
            done: Any = {"Parts": self._parts}
            self._s3.complete_multipart_upload(**where, UploadId=self._upload, MultipartUpload=done)
        return self.uri

    def abort(self) -> None:
        """Give the object up; where that is not allowed, what was sent stays, unseen, and the reason for it is told."""
        if self._upload is None:
            return
        try:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload)
        except ClientError as error:
            # Why the object was given up matters more than this does.
            log.warning("The unfinished upload %s of %s could not be removed: %s", self._upload, self.uri, error)

    def _send(self) -> None:
        where: Any = {"Bucket": self._bucket, "Key": self._key}
        if self._upload is None:
            self._upload = self._s3.create_multipart_upload(**where, **self._about)["UploadId"]
        number = len(self._parts) + 1
        sent = self._s3.upload_part(**where, UploadId=self._upload, PartNumber=number, Body=bytes(self._waiting))
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._waiting.clear()
