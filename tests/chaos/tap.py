"""A proxy between Airflow and the embedded AWS: it sees every call, so that a kill hits the very moment.

It stays when the embedded AWS is killed; a client then finds its connection dropped.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Between two servers on one machine nobody needs these headers of the other connection.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "expect"}


@dataclass(frozen=True)
class Call:
    """One call of an operator or trigger.

    :param operation: e.g. ``CreateTrainingJob`` or ``DescribeLogStreams``.
    :param request: its body.
    """

    operation: str
    request: dict[str, Any]


class Tap:
    """Listens at :attr:`url` and passes everything on to a port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        # What is done before a call is passed on and before its answer is; False drops the connection instead.
        self.before: Callable[[Call], bool] = lambda _call: True
        self.after: Callable[[Call], bool] = lambda _call: True
        self.replied: Callable[[Call, bool], None] = lambda _call, _good: None
        tap = self

        class Handler(_Handler):
            owner = tap

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="tap", daemon=True).start()

    def stop(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that were killed in the middle of a request."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    owner: Tap
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = self._call(body)
        try:
            if call and not self.owner.before(call):
                raise ConnectionAbortedError
            status, headers, answer = self._ask(body)
            if call and not self.owner.after(call):
                raise ConnectionAbortedError
            self._answer(status, headers, answer)
        except (OSError, http.client.HTTPException):
            # Either side is gone: the caller finds the connection closed, as it would without a proxy.
            self.close_connection = True
            return
        if call:
            self.owner.replied(call, status == HTTPStatus.OK)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - names of http.server

    def _call(self, body: bytes) -> Call | None:
        target = self.headers.get("X-Amz-Target", "")
        if not target:
            return None
        with suppress(ValueError):
            return Call(target.rsplit(".", 1)[1], json.loads(body or b"{}"))
        return None

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.owner.port, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, self.path, body, headers)
            reply = upstream.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        # A HEAD tells the length of what it does not send.
        length = dict(headers).get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
