"""What runs inside an endpoint's process: the model's containers behind one small web server on the loopback.

The process tells its log, which the runner reads, which container it loads and, in the end, where it answers.
"""

from __future__ import annotations

import json
import threading
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from include.local_aws.door import why_not
from include.local_aws.hosts import Hosts
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.chain import Chain, Link, Step

HOST = "127.0.0.1"
LOADING = "Loading container "
SERVING = f"Serving on {HOST}:"
CONTAINER = "X-Container"  # the header in which an error names the container it comes from


def serve(spec_path: Path) -> None:
    """Load the containers that the JSON file ``spec_path`` lists and answer until the process is ended."""
    spec = json.loads(spec_path.read_text(encoding="utf-8"))
    chain = Chain(tuple(_loaded(Step(**{**item, "model_dir": Path(item["model_dir"])})) for item in spec["containers"]))
    server = _Server((HOST, 0), _Handler)
    server.chain = chain
    print(f"{SERVING}{server.server_port}", flush=True)
    server.serve_forever()


def _loaded(step: Step) -> Link:
    print(f"{LOADING}{step.name}", flush=True)
    return step.load({})


class ContainerFailed(Exception):
    """A container did not answer a request: its name, an HTTP status and what it said."""

    def __init__(self, container: str, status: int, message: str) -> None:
        super().__init__(message)
        self.container = container
        self.status = status


class _Server(ThreadingHTTPServer):
    chain: Chain

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        # One request at a time, as a container with one worker: models need not be safe for threads.
        self._lock = threading.Lock()

    def answer(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Send a request through the chain; raises :class:`ContainerFailed`."""
        with self._lock:
            for link, wanted in self.chain.wanted(accept):
                body, content_type = _invoke(link, body, content_type, wanted)
        return body, content_type


def _invoke(link: Link, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
    try:
        return link.servant.invoke(body, content_type, accept)
    except ClientError as error:
        print(f"{link.name}: {error}", flush=True)
        raise ContainerFailed(link.name, HTTPStatus.BAD_REQUEST, str(error)) from error
    except Exception as error:
        traceback.print_exc()
        message = f"{type(error).__name__}: {error}"
        raise ContainerFailed(link.name, HTTPStatus.INTERNAL_SERVER_ERROR, message) from error


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Answer POST /invocations, unless it comes from a web page."""
        told = why_not(self._header, Hosts())
        if told:
            self._reply(HTTPStatus.FORBIDDEN, told.encode(), "text/plain; charset=utf-8")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            answer, media = self.server.answer(
                body, self.headers.get("Content-Type", ""), self.headers.get("Accept") or None
            )
        except ContainerFailed as failed:
            self._reply(failed.status, str(failed).encode(), "text/plain; charset=utf-8", failed.container)
        else:
            self._reply(HTTPStatus.OK, answer, media)

    def _header(self, name: str) -> str | None:
        return ",".join(self.headers.get_all(name, [])) if name in self.headers else None

    def _reply(self, status: int, body: bytes, media: str, container: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        if container is not None:
            self.send_header(CONTAINER, container)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: requests are not logged, as with the built-in containers."""
