"""Pipe mode: a channel as named pipes, one per epoch, each carrying all objects one after the other."""

from __future__ import annotations

import errno
import gzip
import os
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_RECORD_MAGIC = 0xCED7230A
_POLL_SECONDS = 0.02


class Pipes:
    """Feeds ``<channel>_0``, ``<channel>_1``, ... until :meth:`close`; the next pipe appears when one is opened.

    ``objects`` answers, anew for each epoch, the bytes of the objects in key order.
    """

    def __init__(self, channel: Path, objects: Callable[[], Iterable[bytes]]) -> None:
        self._channel = channel
        self._objects = objects
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._feed, name=f"pipe-{channel.name}", daemon=True)
        _make(self._path(0))
        self._thread.start()

    def close(self) -> None:
        """Stop feeding."""
        self._closed.set()
        self._thread.join()

    def _path(self, epoch: int) -> Path:
        return self._channel.with_name(f"{self._channel.name}_{epoch}")

    def _feed(self) -> None:
        epoch = 0
        while not self._closed.is_set():
            descriptor = self._open(self._path(epoch))
            if descriptor is None:
                return
            epoch += 1
            _make(self._path(epoch))
            try:
                self._write(descriptor)
            finally:
                os.close(descriptor)

    def _open(self, path: Path) -> int | None:
        """Wait for a reader; None if there will be none."""
        while not self._closed.is_set():
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    return None  # the job's folder is gone
                time.sleep(_POLL_SECONDS)
        return None

    def _write(self, descriptor: int) -> None:
        """Write all objects; a reader that closes early has simply seen enough."""
        for body in self._objects():
            view = memoryview(body)
            while view and not self._closed.is_set():
                try:
                    view = view[os.write(descriptor, view) :]
                except BlockingIOError:
                    time.sleep(_POLL_SECONDS)
                except BrokenPipeError:
                    return


def decoded(bodies: Iterable[bytes], *, gzipped: bool, as_records: bool) -> Iterator[bytes]:
    """Objects as the container gets them: unzipped if the channel says Gzip, each one RecordIO record if it says so."""
    for body in bodies:
        plain = gzip.decompress(body) if gzipped else body
        yield record(plain) if as_records else plain


def record(body: bytes) -> bytes:
    """One RecordIO record: magic number, length, bytes, zeros up to a multiple of four."""
    return struct.pack("<II", _RECORD_MAGIC, len(body)) + body + b"\0" * (-len(body) % 4)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.mkfifo(path)
