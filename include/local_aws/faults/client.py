"""How a test talks to the route that makes the endpoint misbehave."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

from include.local_aws.faults.admin import ROUTE

_SECONDS = 10


class FaultsRefused(Exception):
    """The endpoint did not take the rules; the message is what it said."""


class Faults:
    """The misbehaviour of one endpoint, started with ``--faults``. ``url`` is the endpoint's."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + ROUTE
        # A proxy in the environment has no business on loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def set(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Replace all rules (:class:`~include.local_aws.faults.rules.Rule` tells their members).

        Raises :class:`FaultsRefused` for a rule that means nothing; then the old ones stay.
        """
        self._send("PUT", {"rules": list(rules)})

    def clear(self) -> None:
        """Forget all rules and start counting calls from zero."""
        self._send("DELETE")

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules, each with ``fired``: how many calls or jobs it has hit."""
        found: list[dict[str, Any]] = self._send("GET")["rules"]
        return found

    def calls(self) -> dict[str, int]:
        """Return how many requests arrived since the start or the last reset, by ``service.Operation``."""
        found: dict[str, int] = self._send("GET")["calls"]
        return found

    def reset_calls(self) -> None:
        """Start counting calls from zero; the rules stay."""
        self._send("PUT", {"calls": {}})

    def _send(self, method: str, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(self._url, body, headers, method=method)  # noqa: S310 - the endpoint's own http
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except urllib.error.HTTPError as error:
            with error:
                raise FaultsRefused(f"{method} {self._url}: {error.read().decode(errors='replace')}") from None
