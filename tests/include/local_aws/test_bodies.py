"""Bodies come whole or not at all, and one that stops in the middle holds up nobody else."""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from include.local_aws.bodies import read_whole
from include.local_aws.errors import AwsError
from tests.include.local_aws.jobs import Clients, unique

_JSON = "application/x-amz-json-1.1"


def _raw(url: str, head: str, body: bytes) -> bytes:
    """Send a request as it stands, end the sending, and return the answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as connection:
        connection.sendall(f"{head}\r\nHost: {parts.netloc}\r\n\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", b"abc0123456789"),
        (b"3;name=value\r\nabc\r\n0;last\r\nX-Trailer: 1\r\n\r\n", b"abc"),
        (b"0003\r\n\r\n\r\r\n0\r\n\r\n", b"\r\n\r"),
    ],
)
def test_chunks_are_put_together(sent: bytes, found: bytes) -> None:
    environ = {"wsgi.input": io.BytesIO(sent), "HTTP_TRANSFER_ENCODING": " Chunked", "wsgi.input_terminated": True}
    read_whole(environ)
    assert (environ["CONTENT_LENGTH"], "HTTP_TRANSFER_ENCODING" in environ) == (str(len(found)), False)
    assert environ["wsgi.input"].read() == found


@pytest.mark.parametrize(
    "sent",
    [
        *(
            b"",
            b"zz\r\nabc\r\n0\r\n\r\n",
            b"-3\r\nabc\r\n0\r\n\r\n",
            b"3",
            b"+3\r\nabc\r\n0\r\n\r\n",
            b"0x3\r\nabc\r\n",
        ),
        *(b"ff\r\nabc", b"3\r\nabcXX0\r\n\r\n", b"fffffffffffffff\r\nabc\r\n", b"fffffffffffffffffff\r\nabc\r\n"),
        b"3\r\nabc\r\n",
    ],
)
def test_broken_chunks_are_refused(clients: Clients, bucket: str, sent: bytes) -> None:
    for target in ("", f"\r\nX-Amz-Target: SageMaker.ListModels\r\nContent-Type: {_JSON}"):
        head = f"PUT /{bucket}/half HTTP/1.1{target}\r\nTransfer-Encoding: chunked"
        answer = _raw(clients.url, head, sent)
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert b"IncompleteBody" in answer
        assert (b'"__type"' in answer) == bool(target)
    assert "Contents" not in clients.s3.list_objects_v2(Bucket=bucket)


def test_a_body_shorter_than_it_says_is_no_object(clients: Clients, bucket: str) -> None:
    for length in ("4", "4294967296", "999999999999999999"):
        answer = _raw(clients.url, f"PUT /{bucket}/half HTTP/1.1\r\nContent-Length: {length}", b"abc")
        assert answer.startswith(b"HTTP/1.1 400 ")
        told = (
            f"You did not provide the number of bytes specified by the Content-Length HTTP header: 3 of {length} came."
        )
        assert told.encode() in answer
    assert "Contents" not in clients.s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("length", ["-1", "1e3", "+1", "5,5", "0x5", "9" * 20, "\u00b2"])
def test_a_length_that_is_none(length: str) -> None:
    with pytest.raises(AwsError, match=re.escape(f"Content-Length {length!r} is no length.")):
        read_whole({"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": length})


def test_a_length_and_chunks_are_not_guessed_between() -> None:
    environ = {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "1", "HTTP_TRANSFER_ENCODING": "chunked"}
    with pytest.raises(AwsError, match="not both"):
        read_whole(environ)
    with pytest.raises(AwsError, match="The Transfer-Encoding 'gzip, chunked' is not done here"):
        read_whole({"wsgi.input": io.BytesIO(), "HTTP_TRANSFER_ENCODING": "gzip, chunked"})


def test_what_a_request_asks_in_chunks_counts(clients: Clients, model: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"NameContains": '
        yield b'"no-model-has-this"}'

    connection = http.client.HTTPConnection(urlsplit(clients.url).netloc, timeout=20)
    headers = {"X-Amz-Target": "SageMaker.ListModels", "Content-Type": _JSON}
    connection.request("POST", "/", pieces(), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read()) == {"Models": []}
    connection.close()
    assert clients.sagemaker.describe_model(ModelName=model)


def test_a_client_that_stops_in_the_middle_holds_up_nobody(clients: Clients, bucket: str) -> None:
    parts = urlsplit(clients.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as stalled:
        stalled.sendall(f"PUT /{bucket}/key HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 9\r\n\r\nhalf".encode())
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        name = unique("key")
        connection.request("PUT", f"/{bucket}/key", name.encode())
        assert connection.getresponse().status == 200
        connection.close()
        assert clients.s3.get_object(Bucket=bucket, Key="key")["Body"].read() == name.encode()
