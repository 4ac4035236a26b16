"""How HTTP is spoken: the stock handler, and for calls of SageMaker connections that stay open.

werkzeug closes a connection after each answer, because a body that was not read would be taken for the next request.
Here bodies are read whole before anything else happens, and clients that ask every second need not be met anew: a
connection and a thread for it cost more than most answers. What is moto's keeps werkzeug's way.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from werkzeug.serving import WSGIRequestHandler

from include.local_aws.bodies import WHOLE
from include.local_aws.wire import TARGET_PREFIX

Environ = dict[str, Any]

_DRAIN_SECONDS = 0.05  # for what a client that was refused early still sends
_DRAIN_PIECE, _DRAIN_PIECES = 1 << 16, 256


class Handler(WSGIRequestHandler):
    """The stock handler without a line per request on stderr, and done with a connection that was dropped."""

    disable_nagle_algorithm = True

    def make_environ(self) -> Environ:
        """Describe the request, its body as it is sent: it is read by :mod:`include.local_aws.bodies`."""
        return {**super().make_environ(), "wsgi.input": self.rfile}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def connection_dropped(self, error: BaseException, environ: Environ | None = None) -> None:  # noqa: ARG002
        """Close: the stock handler would wait for the next request, and a client whose reply is lost for ever."""
        self.close_connection = True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.command == "POST" and self.headers.get("X-Amz-Target", "").startswith(TARGET_PREFIX):
            self._answer_and_stay()
        else:
            super().run_wsgi()

    def _answer_and_stay(self) -> None:
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = environ = self.make_environ()
        told: list[Any] = []
        app: Any = self.server.app
        try:
            answer: Iterable[bytes] = app(environ, lambda *given: told.extend(given))
            self._send(told[0], told[1], b"".join(answer), stays=bool(environ.get(WHOLE)))
        except ConnectionError as error:
            self.connection_dropped(error, environ)
        except Exception:  # noqa: BLE001 - a defect of this package: the client is told, the log has the traceback
            self.server.log("error", f"Error on request:\n{traceback.format_exc()}")
            self._send("500 Internal Server Error", [("Content-Length", "0")], b"", stays=False)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes, *, stays: bool) -> None:
        """Send an answer, which has its length, in one piece."""
        stays = stays and not self.close_connection and not getattr(self.server, "closing", False)
        lines = [f"HTTP/1.1 {status}", f"Server: {self.version_string()}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if not stays:
            lines.append("Connection: close")
            self.close_connection = True
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        self.wfile.flush()
        if not stays:
            self._drain()

    def _drain(self) -> None:
        """Read what is still coming, or the client would see a broken connection instead of its refusal."""
        with suppress(OSError):
            self.connection.settimeout(_DRAIN_SECONDS)
            for _ in range(_DRAIN_PIECES):
                if not self.rfile.read1(_DRAIN_PIECE):
                    return
