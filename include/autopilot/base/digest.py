"""Short content digests: the same content has the same digest on every machine and in every run.

A digest is the first 16 hexadecimal digits (64 bits) of a SHA-256: short enough for an S3 key or a job name, and long
enough that two drops of one project never share one by chance.
"""

from __future__ import annotations

import hashlib
import json

LENGTH = 16


def of_bytes(content: bytes) -> str:
    """Return the digest of some bytes."""
    return hashlib.sha256(content).hexdigest()[:LENGTH]


def of_json(value: object) -> str:
    """Return the digest of a JSON value; the order of keys does not matter.

    :raises TypeError: the value is not plain JSON (a datetime, a set ...).
    :raises ValueError: it holds a number that JSON does not have (NaN, infinity).
    """
    return of_bytes(json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())


class Digester:
    """The digest of bytes that come in pieces."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, piece: bytes) -> None:
        """Add the next piece."""
        self._hash.update(piece)

    @property
    def digest(self) -> str:
        """The digest of what was added so far."""
        return self.sha256[:LENGTH]

    @property
    def sha256(self) -> str:
        """All 64 digits of it, which other tools can check."""
        return self._hash.hexdigest()
