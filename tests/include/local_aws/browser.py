"""A real browser without a window, and the web page of somebody else that it shows."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = Path(__file__).with_name("hostile.html")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 90


class Stranger(ThreadingHTTPServer):
    """Serves the page, takes its report, and answers whatever else it is asked with consent, noting what arrived."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_port
        self.arrived: list[tuple[str, str]] = []
        self.reports: queue.Queue[dict[str, str]] = queue.Queue()

    def ways(self) -> set[str]:
        """Return the ways by which the page has reached this server."""
        return {name for _, name in self.arrived}


class _Handler(BaseHTTPRequestHandler):
    server: Stranger

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/page":
            self._reply(PAGE.read_bytes())
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.path == "/report":
            self.server.reports.put(json.loads(body))
        else:
            self.server.arrived += [(self.command, name) for name in parse_qs(path.query).get("way", [])]
        self._reply(b"")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        for name, value in (("Origin", "*"), ("Methods", "PUT, DELETE"), ("Headers", "x-amz-target, content-type")):
            self.send_header(f"Access-Control-Allow-{name}", value)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def stranger() -> Iterator[Stranger]:
    """Run the other site on a loopback port of its own."""
    with Stranger() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def attacked(
    site: Stranger, origin: str, target: str, profile: Path, until: Callable[[], bool] = lambda: True
) -> dict[str, str]:
    """Show the page under the name ``origin`` and let it try everything at ``target``; gives what it saw, by way.

    The page stays until it has reported and ``until`` holds, or time is up.
    """
    with browsing(profile, [f"http://{origin}:{site.port}/page?target={target}"]):
        report = site.reports.get(timeout=SECONDS)
        deadline = time.monotonic() + SECONDS
        while not until() and time.monotonic() < deadline:
            time.sleep(0.1)
        return report


def shown(url: str, profile: Path) -> str:
    """Type an address into the browser; gives the document that it makes of the answer."""
    with browsing(profile, ["--dump-dom", url], stdout=subprocess.PIPE) as process:
        return process.communicate(timeout=SECONDS)[0].decode()


@contextmanager
def browsing(profile: Path, arguments: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", f"--user-data-dir={profile}", "--no-proxy-server",
        "--host-resolver-rules=MAP rebound.example 127.0.0.1",
    ]  # fmt: skip
    process = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL, start_new_session=True, **more)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
