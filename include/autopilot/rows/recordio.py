"""The records of a file of features, or the lines of a prepared chunk, one by one and without looking into them.

RecordIO is a row of frames: the magic word 0xCED7230A, a word with the length of the record, the record, zeros up to a
multiple of four bytes; both words little-endian. The length has 29 bits; the three above say whether the frame is a
whole record (0) or its first (1), a middle (2) or its last part (3): a writer splits a record where the magic word
occurs in it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from include.autopilot.base.errors import RunError

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
_WORD = struct.pack("<I", _MAGIC)
_LENGTH_BITS = 29
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)


def records_of(file: io.BufferedReader, name: str) -> Iterator[bytes]:
    """Yield the bytes of every record, frame and padding or line end included.

    What the file is, its first bytes say: no text begins with the magic word, which is not UTF-8.

    :param name: the file's address, for messages.
    :raises RunError: it is RecordIO and damaged.
    """
    if file.peek(len(_WORD))[: len(_WORD)] == _WORD:
        yield from _framed(file, name)
    else:
        yield from (line if line.endswith(b"\n") else line + b"\n" for line in file)


def _framed(file: io.BufferedReader, name: str) -> Iterator[bytes]:
    parts: list[bytes] = []
    number = 1
    while header := file.read(_HEADER.size):
        if len(header) < _HEADER.size:
            raise RunError(f"{name}: record {number} is cut off in its header. Make the features again.")
        magic, word = _HEADER.unpack(header)
        if magic != _MAGIC:
            raise RunError(f"{name}: record {number} lacks RecordIO's magic word. Make the features again.")
        part = word >> _LENGTH_BITS
        if part not in ((_MIDDLE, _LAST) if parts else (_WHOLE, _FIRST)):
            lacks = "its last part" if parts else "its first part"
            raise RunError(f"{name}: record {number} lacks {lacks}. Make the features again.")
        length = word & ((1 << _LENGTH_BITS) - 1)
        padded = length + -length % 4
        body = file.read(padded)
        if len(body) < padded:
            raise RunError(f"{name}: record {number} is cut off. Make the features again.")
        parts += [header, body]
        if part in (_WHOLE, _LAST):
            yield b"".join(parts)
            parts = []
            number += 1
    if parts:
        raise RunError(f"{name}: record {number} lacks its last part. Make the features again.")
