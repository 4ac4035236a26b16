"""Secrets inside a text that no sign between name and value gives away: in a sentence or a command.

A word is taken for one only if it has both letters and digits: ``the password hunter2``, not ``the password field``.
"""

from __future__ import annotations

import re

from include.autopilot.base.secretaddresses import MASK
from include.autopilot.base.secretnames import secrecy

_SAID = re.compile(
    r"((?:passw(?:or)?d|passphrase)\s{1,3}(?:is\s{1,3}|->\s{0,3}|\()?[\"']?)([^\s\"'()=:]{5,}+)", re.IGNORECASE
)
_USER = re.compile(r"(?<![\w-])((?:-u|--(?:proxy-)?user)[\s=]{1,3}[\"']?[^\s:\"']{1,200}:)([^\s\"':]++)")
_SQL = re.compile(r"(identified\s{1,3}by\s{1,3}[\"'])([^\"']++)", re.IGNORECASE)
_ORACLE = re.compile(r"(jdbc:oracle:\w{1,10}:[^\s/@:]{1,200}/)([^\s/@]++)(?=@)", re.IGNORECASE)
# In XML: an element of that name, or the two attributes of a pair.
_ELEMENT = re.compile(r"(<([A-Za-z_][\w.-]*+)>)([^<>]++)(?=</)")
_ATTRIBUTES = re.compile(r"((?<!\w)(?:key|name)=[\"']([\w.-]++)[\"']\s{1,3}value=[\"'])([^\"'<>]++)", re.IGNORECASE)
# In AWS's words about a request that it refuses.
_VALUE, _PLACE = "Value '", re.compile(r"' at '([\w.-]++)'")


def hide_said(text: str) -> str:
    """Return the text with ``***`` for every secret that is said so."""
    text = _USER.sub(_word, _SAID.sub(_word, text))
    text = _ORACLE.sub(_all, _SQL.sub(_all, text))
    return _refused(_ATTRIBUTES.sub(_named, _ELEMENT.sub(_named, text)))


def _refused(text: str) -> str:
    """Hide what AWS quotes of a request: ``Value 'hunter2' at 'environment.DB_PASSWORD.member' failed …``."""
    kept, place = [], 0
    for found in _PLACE.finditer(text):
        begin = text.rfind(_VALUE, place, found.start()) + len(_VALUE)
        if begin >= place + len(_VALUE) and secrecy(found[1]) in ("always", "texts"):
            kept += [text[place:begin], MASK]
            place = found.start()
    return "".join([*kept, text[place:]])


def _word(found: re.Match[str]) -> str:
    secret = any(map(str.isdigit, found[2])) and any(map(str.isalpha, found[2]))
    return found[1] + MASK if secret else found[0]


def _all(found: re.Match[str]) -> str:
    return found[1] + MASK


def _named(found: re.Match[str]) -> str:
    return found[1] + MASK if secrecy(found[2]) in ("always", "texts") else found[0]
