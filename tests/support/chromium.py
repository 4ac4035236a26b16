"""A real browser without a window, told what to do by its DevTools protocol: log in by cookie, look, take pictures."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.include.local_aws.browser import browsing

SECONDS = 60


class Tab:
    """One page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []

    def call(self, method: str, **params: Any) -> Any:
        """Send a command and return its result; what the page complains about meanwhile is kept."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv(timeout=SECONDS))
            if said.get("method") == "Log.entryAdded":
                self.complaints.append(said["params"]["entry"]["text"])
            if said.get("id") == number:
                assert "error" not in said, (method, said["error"])
                return said["result"]

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < deadline, (expression, self.evaluate("document.body.innerText"))
            time.sleep(0.1)

    def open(self, url: str) -> None:
        """Show an address and wait until it is there."""
        self.evaluate("window.before = true")
        self.call("Page.navigate", url=url)
        self.until("!window.before && document.readyState === 'complete'")

    def look(self, width: int, dark: bool = False, height: int = 900) -> None:
        """Set the window's width and the colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def shot(self) -> bytes:
        """Return the whole page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def picture(self, path: Path) -> None:
        """Save the whole page as a PNG."""
        path.write_bytes(self.shot())


@contextmanager
def tab(profile: Path, cookies: dict[str, str], url: str) -> Iterator[Tab]:
    """Start a browser that is logged in.

    :param profile: an empty folder; ``cookies``: by name, for the server of ``url``.
    """
    with browsing(profile, ["--remote-debugging-port=0", "about:blank"]):
        port = profile / "DevToolsActivePort"
        deadline = time.monotonic() + SECONDS
        while not (port.exists() and port.read_text().count("\n")):
            assert time.monotonic() < deadline, "the browser does not start"
            time.sleep(0.1)
        listed = httpx.get(f"http://127.0.0.1:{port.read_text().split()[0]}/json/list").json()
        address = next(one["webSocketDebuggerUrl"] for one in listed if one["type"] == "page")
        with connect(address, max_size=None) as socket:
            found = Tab(socket)
            for domain in ("Page", "Log", "Network"):
                found.call(f"{domain}.enable")
            for name, value in cookies.items():
                found.call("Network.setCookie", name=name, value=value, url=url)
            yield found
