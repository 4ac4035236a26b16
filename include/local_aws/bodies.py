"""The body of a request, read whole before anything looks at it, whether it says its length or comes in chunks.

One that ends too early is refused: half an object is none. And a client that stops in the middle of sending holds up
nobody but itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Protocol

from include.local_aws.errors import AwsError

Environ = dict[str, Any]

WHOLE = "local_aws.whole"  # in the environment of a request whose body was read to its end
_PIECE = 1 << 20  # read at once, however much is said to come
_LONGEST_LINE = 8192
# What follows a semicolon is an extension, which HTTP lets everybody ignore.
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;.*)?")


class IncompleteBody(AwsError):
    """The body ends before it should, or its chunks cannot be told apart."""

    code = "IncompleteBody"


class BadLength(AwsError):
    """The headers do not say how long the body is."""

    code = "InvalidArgument"


class UnknownCoding(AwsError):
    """The body is written in a way that nobody here reads."""

    code = "NotImplemented"
    status = 501


class _File(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def readline(self, limit: int, /) -> bytes: ...


def read_whole(environ: Environ) -> None:
    """Read a request's body and leave it in ``wsgi.input``, with ``CONTENT_LENGTH`` as it is.

    :raises AwsError: in AWS's words: it is not as long as it says, or says nothing that can be a length.
    """
    coding = environ.pop("HTTP_TRANSFER_ENCODING", None)
    body = io.BytesIO()
    for piece in _sent(environ["wsgi.input"], coding, environ.get("CONTENT_LENGTH")):
        body.write(piece)
    environ["CONTENT_LENGTH"] = str(body.tell())
    # Both without a copy: an exact buffer is shared, and what ends by itself is not read piece by piece again.
    environ["wsgi.input"] = io.BytesIO(body.getvalue())
    environ[WHOLE] = True
    environ["wsgi.input_terminated"] = True


def _sent(file: _File, coding: str | None, length: str | None) -> Iterator[bytes]:
    if coding is None:
        return _exactly(file, _length(length or "0"), "Content-Length HTTP header")
    if length is not None:
        raise BadLength("A request has a Content-Length or a Transfer-Encoding, not both.")
    if coding.strip().lower() != "chunked":
        raise UnknownCoding(f"The Transfer-Encoding {coding[:50]!r} is not done here: chunked is, by itself.")
    return _chunks(file)


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise BadLength(f"Content-Length {text[:50]!r} is no length.")
    return int(text)


def _exactly(file: _File, length: int, said_by: str) -> Iterator[bytes]:
    left = length
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            raise IncompleteBody(
                f"You did not provide the number of bytes specified by the {said_by}: {length - left} of {length} came."
            )
        left -= len(piece)
        yield piece


def _chunks(file: _File) -> Iterator[bytes]:
    while size := _chunk_size(file.readline(_LONGEST_LINE)):
        yield from _exactly(file, size, "size of a chunk")
        if file.readline(_LONGEST_LINE) not in (b"\r\n", b"\n"):
            raise IncompleteBody("A chunk of the request is longer than it says.")
    while file.readline(_LONGEST_LINE).strip():
        pass  # trailers: nobody here asks for one


def _chunk_size(line: bytes) -> int:
    found = _CHUNK_SIZE.fullmatch(line.rstrip(b"\r\n")) if line.endswith(b"\n") else None
    if found is None:
        raise IncompleteBody(f"The request's next chunk should begin with its size, not with {line[:50]!r}.")
    return int(found[1], 16)
