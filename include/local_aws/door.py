"""The door of every server here: programs of this machine come in, web pages do not.

Nothing asks for credentials, and a model is a program: whoever reaches the endpoint can run code as the user. A browser
reaches it too, for every page it shows, so what a browser sends is refused before anything looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from include.local_aws.hosts import Hosts
from include.local_aws.refusals import json_refusal, xml_refusal

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
Header = Callable[[str], str | None]

# No page can take the first three out of a request. Some browsers send them to https alone, but no page can change the
# User-Agent with which an image, a form or a frame is asked for. A program may say Sec-Fetch-Mode: Node.js does.
_OF_A_BROWSER = (
    *("Origin", "Sec-Fetch-Site", "Sec-Fetch-Dest", "Referer"),
    *("Access-Control-Request-Method", "Access-Control-Request-Headers", "Access-Control-Request-Private-Network"),
)
_BROWSERS_NAME = "mozilla/"  # how every browser's User-Agent begins
_CORS = "access-control-"
_FORBIDDEN = 403
# moto's own pages, through which anybody can empty S3. No bucket has this name here.
_ADMIN = re.compile(r"/*moto-api(?![a-z0-9._-])", re.IGNORECASE)


def why_not(header: Header, hosts: Hosts) -> str | None:
    """Why a request is refused, by its headers, or None. ``header`` answers None for one that it does not have."""
    sent = next((name for name in _OF_A_BROWSER if header(name) is not None), None)
    if sent:
        return f"This endpoint serves programs, not web pages: the request has the header {sent}."
    if (header("User-Agent") or "").strip().lower().startswith(_BROWSERS_NAME):
        return "This endpoint serves programs, not web pages: the request's User-Agent is a browser's."
    host = header("Host")
    if host is None or not hosts.answers(host):
        told = "without a Host" if host is None else f"for the host {host!r}"
        return (
            f"A request {told} is not answered: this endpoint is loopback's (127.0.0.1, localhost). Start it with "
            "--allow-host NAME, or LOCAL_AWS_ALLOWED_HOSTS=NAME, if it has another name on a network of yours."
        )
    return None


class Door:
    """The outermost WSGI application: refuses, or lets ``app`` answer, without a header of CORS."""

    def __init__(self, app: WsgiApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one request."""
        told = why_not(lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"), self._hosts)
        if told is None and environ["REQUEST_METHOD"] in {"OPTIONS", "TRACE", "CONNECT"}:
            told = f"{environ['REQUEST_METHOD']} is a browser's or a proxy's question: this endpoint answers programs."
        if told is None:
            self._use_path_style(environ)
            if _ADMIN.match(environ.get("PATH_INFO", "")):
                told = "This endpoint has no pages of moto's own: delete objects and buckets through S3."
        if told is not None:
            return _refuse(environ, start_response, f"{told} docs/local.md says who is answered.")
        return self._app(environ, _without_cors(start_response))

    def _use_path_style(self, environ: Environ) -> None:
        """Turn ``http://bucket.localhost/key``, as some clients write it, into ``http://localhost/bucket/key``."""
        bucket = self._hosts.bucket(environ["HTTP_HOST"])
        if bucket is None:
            return
        for path in ("PATH_INFO", "REQUEST_URI", "RAW_URI"):
            environ[path] = f"/{bucket}{environ.get(path, '')}"
        environ["HTTP_HOST"] = environ["HTTP_HOST"][len(bucket) + 1 :]


def _refuse(environ: Environ, start_response: Any, message: str) -> Iterable[bytes]:
    if "HTTP_X_AMZ_TARGET" in environ or "json" in environ.get("CONTENT_TYPE", ""):
        return json_refusal(start_response, "AccessDeniedException", message, _FORBIDDEN)
    return xml_refusal(start_response, "AccessDenied", message, _FORBIDDEN)


def _without_cors(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if not name.lower().startswith(_CORS)]
        return start_response(status, kept, *more)

    return start
