"""Secrets inside an address: its password, a token in place of a user, a key in its query, and hooks.

A hook is an address that anybody may write to who knows it.
"""

from __future__ import annotations

import re

MASK = "***"

_ADDRESS = re.compile(r"(?<![\w+.-])([A-Za-z][\w+.-]*+)://([^\s\"'<>`\\]++)")
_PORT = re.compile(r"[^:@]*:\d{0,5}$")
_WEB = frozenset({"http", "https", "ftp", "sftp", "ws", "wss", "s3", "s3a", "s3n", "gs"})
_HOOKS = frozenset({"hook", "hooks", "webhook", "webhooks", "incomingwebhook", "webhookb2"})
_HOOK_HOSTS = ("hooks.", "hook.", "events.pagerduty.com")
_SHORTEST_HOOK = 8
# Names that say nothing elsewhere: what they name must look like a key too.
_QUERY = re.compile(r"(?<=[?&])((?:key|code|auth|k)=)([\w%~-]{20,}+)(?![/.:])", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{32,}")
_LONG = 20


def hide_addresses(text: str) -> str:
    """Return the text with ``***`` for what is secret in each of its addresses."""
    return _ADDRESS.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    scheme, rest = found[1], _user(found[1].lower(), found[2])
    if scheme.lower() in ("http", "https"):
        rest = _QUERY.sub(_key, _hook(rest))
    return f"{scheme}://{rest}"


def _user(scheme: str, rest: str) -> str:
    """Hide the password of an address, which may hold every character that should have been escaped."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    at, last = authority.rfind("@"), rest.rfind("@")
    if at < 0 and last >= 0 and ":" in authority and not (scheme in _WEB and _PORT.match(authority)):
        at = last  # a slash in the password ends what looks like the host
    elif 0 <= at < last and "?" not in rest[at:last] and scheme not in _WEB:
        at = last
    user, _, password = rest[: max(at, 0)].partition(":")
    if not password:
        return MASK + rest[at:] if len(user) >= _LONG and any(map(str.isdigit, user)) else rest
    return f"{user}:{MASK}{rest[at:]}"


def _hook(rest: str) -> str:
    """Hide all that follows what says that the address is a hook."""
    parts = rest.split("/")
    for place, part in enumerate(parts[:-1]):
        known = part.lower().startswith(_HOOK_HOSTS) if place == 0 else part.lower() in _HOOKS
        if known:
            after = "/".join(parts[place + 1 :])
            return "/".join([*parts[: place + 1], MASK]) if len(after) >= _SHORTEST_HOOK else rest
    return rest


def _key(found: re.Match[str]) -> str:
    mixed = all(any(map(test, found[2])) for test in (str.isupper, str.islower, str.isdigit))
    return found[1] + MASK if mixed or _HEX.fullmatch(found[2]) else found[0]
