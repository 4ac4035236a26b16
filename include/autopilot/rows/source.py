"""Where the bytes of a file come from."""

from __future__ import annotations

from typing import Protocol


class Source(Protocol):
    """An open file, or the body of an S3 object."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
