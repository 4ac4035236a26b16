"""The names under which the endpoint may be called: this machine's loopback, and what an option adds."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

_PORT = re.compile(r"(?P<name>\[[^\[\]]*\]|[^\[\]:]*)(:[0-9]{1,5})?")
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LOCALHOST = "localhost"
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class BadHost(ValueError):
    """Not the name of a host, or not of one: the message says what is wrong with it."""


class Hosts:
    """Which ``Host`` headers are answered: loopback addresses, ``localhost``, ``more``, and buckets below the names.

    ``more`` are names or addresses without a port. Raises :class:`BadHost` for anything else.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        named = [_read(name) for name in more]
        self._addresses = {name for name in named if _address(name)}
        self._names = {_LOCALHOST, *named} - self._addresses

    def answers(self, header: str) -> bool:
        """Whether a request with this ``Host`` is for this endpoint.

        Any other name is a stranger's, even where it leads here: so does the name of a web page whose owner lets it
        resolve to 127.0.0.1 (DNS rebinding).
        """
        name = _without_port(header)
        if name is None:
            return False
        address = _address(name)
        if address:
            return name in self._addresses or any(address in network for network in _LOOPBACK)
        return name in self._names or self.bucket(header) is not None

    def bucket(self, header: str) -> str | None:
        """Return the bucket that is written before the name (``bucket.localhost:4566``), or None."""
        name = _without_port(header) or ""
        for known in self._names:
            bucket = name.removesuffix(f".{known}")
            if bucket != name and name not in self._names and _NAME.fullmatch(bucket):
                return bucket
        return None


def _read(text: str) -> str:
    name = text.strip().lower()
    if not _address(name) and not _NAME.fullmatch(name):
        raise BadHost(f"{text!r} is no name of a host: give a name or an address, without scheme, port or wildcard")
    return name


def _without_port(header: str) -> str | None:
    """Return the name or address of a Host header in lower case; None if it is not one of either."""
    match = _PORT.fullmatch(header.lower())
    if match is None:
        return None
    name = match["name"]
    return name[1:-1] if name.startswith("[") else name


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
