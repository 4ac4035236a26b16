"""Clients that do nothing but ask, all in one thread: each asks again when it is answered.

A connection stays open if the server leaves it open, as boto3's would.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_READ = 1 << 18
# Both servers read the service and the region from it; neither checks a signature.
_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0"


class NotAnswered(Exception):
    """A server refused, or closed the connection."""


@dataclass
class _Client:
    socket: socket.socket
    answer: bytearray = field(default_factory=bytearray)
    closes: bool = False  # whether the server closes the connection after its answer


def request(url: str, operation: str, body: bytes) -> bytes:
    """Return the bytes of one call of SageMaker."""
    head = (
        f"POST / HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nX-Amz-Target: SageMaker.{operation}\r\n"
        f"Content-Type: application/x-amz-json-1.1\r\nAuthorization: {_SIGNED}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def rate(url: str, asked: bytes, clients: int, seconds: float) -> float:
    """Return the answers a second that ``clients`` get who ask the same all the time.

    :raises NotAnswered: there was another answer than 200.
    """
    place = urlsplit(url)
    with selectors.DefaultSelector() as ready:

        def connect() -> None:
            connection = socket.create_connection((place.hostname or "", place.port or 80), timeout=30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(connection, selectors.EVENT_READ, _Client(connection))
            connection.sendall(asked)

        for _ in range(clients):
            connect()
        answered, began = 0, time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            for key, _ in ready.select(timeout=1):
                if not _read(key.data):
                    continue
                answered += 1
                if key.data.closes:
                    ready.unregister(key.fileobj)
                    key.data.socket.close()
                    connect()
                else:
                    key.data.socket.sendall(asked)
        for key in list(ready.get_map().values()):
            key.data.socket.close()
    return answered / passed


def _read(client: _Client) -> bool:
    """Read what came; answers whether that completes an answer."""
    came = client.socket.recv(_READ)
    if not came:
        raise NotAnswered("the connection was closed")
    client.answer += came
    head, end, body = client.answer.partition(b"\r\n\r\n")
    if not end:
        return False
    if b" 200 " not in head[:20]:
        raise NotAnswered(bytes(client.answer[:500]).decode())
    client.closes = b"connection: close" in head.lower()
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    if len(body) < int(length.partition(b":")[2]):
        return False
    client.answer.clear()
    return True
