"""A bundle: the small objects of one folder, remembered in one object, so that a run reads them with one request.

A run looks at something small of every drop: its seal, its check, its keys. Read one by one, a backfill of N drops
would ask S3 some N²/2 times for objects that never change. What a bundle remembers counts only while S3 lists the
object with the ETag that it was read with; everything else is read from the object itself. So a bundle that is lost,
old or overwritten by another run costs requests and changes no answer, and writing it needs no lock.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import list_objects, open_object, read, write
from include.autopilot.s3.reader import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# Bytes of an object that is remembered, and of all of them: a run's memory must not depend on the rows.
OBJECT_BYTES = 2**17
WHOLE_BYTES = 2**23


@dataclass(frozen=True)
class Remembered:
    """One object: S3's mark of the content that was read, and the content."""

    etag: str
    text: str


_ADAPTER = TypeAdapter(dict[str, Remembered])


class Bundle:
    """The objects of a folder as they are at this moment.

    :param folder: one of the model's.
    :raises MissingObjectError: there is no such bucket.
    """

    def __init__(self, s3: S3Client, locations: Locations, folder: str) -> None:
        self._s3 = s3
        self._root = locations.root
        self._uri = locations.bundle(folder)
        self._listed = {one.uri: one for one in list_objects(s3, folder)}
        self._entries: dict[str, Remembered] = {}
        self._loaded = self._changed = False
        self._bytes = 0

    @property
    def uris(self) -> tuple[str, ...]:
        """The addresses of the objects that were there at first, in key order."""
        return tuple(self._listed)

    def etag(self, uri: str) -> str:
        """Return S3's mark of the content that an object had at first."""
        return self._listed[uri].etag

    def read(self, uri: str) -> bytes:
        """Return the content of an object; one that came after the listing is found, too.

        :raises MissingObjectError: there is no such object.
        """
        self._load()
        found = self._entries.get(uri)
        return self._read(uri) if found is None else found.text.encode()

    def read_json(self, uri: str) -> Any:
        """Return the content of a JSON object.

        :raises MissingObjectError: there is no such object.
        """
        return json.loads(self.read(uri))

    @contextmanager
    def opened(self, uri: str) -> Iterator[IO[bytes]]:
        """Open an object as a file; a large one is read piece by piece.

        :raises MissingObjectError: there is no such object.
        """
        listed = self._listed.get(uri)
        if listed is not None and listed.size <= OBJECT_BYTES:
            yield io.BytesIO(self.read(uri))
        else:
            with opened(self._s3, uri) as file:
                yield file

    def holds(self, uri: str, body: bytes) -> bool:
        """Whether an object was there at first with this content."""
        return uri in self._listed and self.read(uri) == body

    def keep(self) -> None:
        """Remember for later runs what was read one by one."""
        if self._changed:
            entries = {uri.removeprefix(f"{self._root}/"): entry for uri, entry in self._entries.items()}
            write(self._s3, self._uri, _ADAPTER.dump_json(entries), "application/json")
            self._changed = False

    def _load(self) -> None:
        """Read the bundle, when it is first needed, and forget what is not so any more."""
        if self._loaded or not self._listed:
            return
        self._loaded = True
        for path, entry in self._before().items():
            uri = f"{self._root}/{path}"
            if uri in self._listed and self._listed[uri].etag == entry.etag:
                self._add(uri, entry)

    def _before(self) -> dict[str, Remembered]:
        try:
            return _ADAPTER.validate_json(read(self._s3, self._uri).body)
        except MissingObjectError:
            return {}
        except ValidationError as error:
            log.warning("%s is no bundle and is made anew: %s", self._uri, error.errors()[0]["msg"])
            return {}

    def _read(self, uri: str) -> bytes:
        response = open_object(self._s3, uri)
        with closing(response["Body"]) as stream:
            body = stream.read()
        if len(body) <= OBJECT_BYTES and self._bytes + len(body) <= WHOLE_BYTES:
            # What is not text is nothing that this package wrote; whoever reads it says what is wrong with it.
            with suppress(UnicodeDecodeError):
                self._add(uri, Remembered(response["ETag"], body.decode()))
                self._changed = True
        return body

    def _add(self, uri: str, entry: Remembered) -> None:
        self._entries[uri] = entry
        self._bytes += len(entry.text)
