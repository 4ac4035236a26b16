"""What a key says, however it is spelt: two texts that other tools make of one key are the same here.

One rule per kind of spelling, applied again until nothing changes: Unicode's compatibility forms, dashes, quotes and
digits of other scripts, signs that nobody sees, blanks, quotes around the key, and the forms of one number. It is used
to find keys that should be one: the split goes on hashing the key as it is written, so no row changes its side.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Most keys; none of the rules changes them.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]*")
_ROUNDS = 10

_SINGLE = "'`\u00b4\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02c8\u2035\uff07\u275b\u275c\u2039\u203a"
_DOUBLE = (
    '"\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\uff02\u275d\u275e\u301d\u301e\u301f'
    "\u00ab\u00bb\u300c\u300d\u300e\u300f"
)
# What looks like a dash and is none for Unicode; the soft hyphen is a sign that nobody sees.
_DASHES = "\u2212\u207b\u208b\u02d7\u2043\u2796\ufe63\u30fc\uff70\u2500\u2501\u23af"
_ALIKE = {"\u066b": ".", "\u066c": ",", "\u060c": ",", "\u2044": "/", "\u2215": "/"}
# Unicode's default ignorable characters that are not format characters (Cf): joiners, fillers, variation selectors.
_UNSEEN = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x2800, 0x2800),
    (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
)  # fmt: skip

_SPREADSHEET = re.compile(r"= ?(?=[\"'+-]|\.?[0-9])")
_BEFORE = re.compile(r"(?:\\?[\"'])+ ?")

# Thousands in groups of three (5,000 5'000 5 000 5_000), in groups as in India (5,00,000), and with points, which only
# two groups or a decimal comma tell from decimals (5.000.000 5.000,0). A mantissa has no groups.
_GROUPS = (
    re.compile(r"(?P<sign>[+-]?)(?P<whole>0*[1-9][0-9]{0,2}(?:(?P<group>[,' _])[0-9]{3})(?:(?P=group)[0-9]{3})*)"
               r"(?:\.(?P<part>[0-9]*))?"),
    re.compile(r"(?P<sign>[+-]?)(?P<whole>0*[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.(?P<part>[0-9]*))?"),
    re.compile(r"(?P<sign>[+-]?)(?P<whole>0*[1-9][0-9]{0,2}(?:(?P<group>[' _.])[0-9]{3})(?:(?P=group)[0-9]{3})*)"
               r",(?P<part>[0-9]*)"),
    re.compile(r"(?P<sign>[+-]?)(?P<whole>0*[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})"),
)  # fmt: skip
_NUMERIC = "0123456789+-.,eE' _"
_PLAIN_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:[.,](?P<part>[0-9]*))?(?:[eE](?P<exponent>[+-]?[0-9]{1,6}))?"
)
# Digits, E, digits are a number where they save digits: 5e3. No tool writes 12E3, 01e2, 5e03 or 1e2 for one; a plate
# and its well, or a hexadecimal id, is written so.
_CODE = re.compile(r"[+-]?(?:[0-9]{2,}[eE][0-9]+|[0-9][eE](?:[0-2]|0[0-9]+))")

# A UUID as programs and databases write it; it is 128 bits, which have no case.
_UUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{12})\}?")
_UUID_LENGTHS = range(32, 48)


class Identity(NamedTuple):
    """What identifies a row.

    :param key: as it is written, without blanks around it.
    :param normal: the same for every spelling of one key.
    :param folded: the same for keys that differ in case, too.
    """

    key: str
    normal: str
    folded: str


def identity(key: str) -> Identity:
    """Return what identifies the row with a key."""
    found = normal(key)
    return Identity(key, found, found.casefold())


def normal(text: str) -> str:
    """Return what all spellings of one key have in common; a number as ``<digits>e<sign><power of ten>``, exactly.

    Upper and lower case stay different: a SMILES means another molecule.
    """
    if _PLAIN.fullmatch(text):
        return _uuid_form(text) or text
    if text.isascii() and text.isdigit():
        return _shortest("", text, 0)
    for _ in range(_ROUNDS):
        cleaned = _unquoted(" ".join(_seen(unicodedata.normalize("NFKC", _seen(text))).split()))
        if cleaned == text:
            break
        text = cleaned
    return _uuid_form(text) or number_form(text) or text


def visible(text: str) -> str:
    """Return what people see of a text: one sign for all that look alike, none for those that nobody sees."""
    return " ".join(_seen(text).split())


def number_form(text: str) -> str | None:
    """Return the one form of a number that is written in ASCII; None for what is none.

    ``5,000`` has thousands and ``5,0`` or ``5,00E+03`` a decimal comma; ``5.000`` is 5. A zero to the power of
    something (``0e12``) is more often half of a hexadecimal id than a number.
    """
    # Most texts are none by a single sign.
    if text.strip(_NUMERIC) or _CODE.fullmatch(text):
        return None
    match = next((found for form in _GROUPS if (found := form.fullmatch(text))), None) or _PLAIN_NUMBER.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    part, exponent = parts.get("part") or "", parts.get("exponent") or "0"
    digits = re.sub(r"[^0-9]", "", parts["whole"]) + part
    if not digits or (not digits.strip("0") and int(exponent) and exponent.isdigit()):
        return None
    return _shortest(parts["sign"], digits, int(exponent) - len(part))


def _shortest(sign: str, digits: str, power: int) -> str:
    significant = digits.lstrip("0")
    short = significant.rstrip("0")
    return f"{sign.strip('+')}{short}e{power + len(significant) - len(short):+d}" if short else "0e+0"


def _uuid_form(text: str) -> str | None:
    """Return a UUID in small letters with its dashes, without braces; None for what is none."""
    match = _UUID.fullmatch(text.lower()) if len(text) in _UUID_LENGTHS else None
    return None if match is None else "-".join(match.group(1, 3, 4, 5, 6))


class _Signs(dict[int, str]):
    """What stands for a character; looked up once each."""

    def __missing__(self, code: int) -> str:
        self[code] = _sign(chr(code))
        return self[code]


def _sign(character: str) -> str:
    kind, code = unicodedata.category(character), ord(character)
    if character.isspace():
        return " "
    if kind in ("Cf", "Cc") or any(first <= code <= last for first, last in _UNSEEN):
        return ""
    if kind == "Pd" or character in _DASHES:
        return "-"
    if character in _SINGLE or character in _DOUBLE:
        return "'" if character in _SINGLE else '"'
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return _ALIKE.get(character, character)


_SIGNS = _Signs()


def _seen(text: str) -> str:
    """Return a text with one sign for all that look alike, and none for those that nobody sees."""
    return text.translate(_SIGNS)


def _unquoted(text: str) -> str:
    """Return a text without quotes around it, a spreadsheet's leading apostrophe, and its ``="…"``.

    A quote that only ends a text stays: 5' and 5" are lengths.
    """
    text = _SPREADSHEET.sub("", text, count=1) if text.startswith("=") else text
    opened = _BEFORE.match(text)
    if opened is None:
        return text
    inner = text[opened.end() :]
    quotes = sum(sign in "\"'" for sign in opened.group())
    while quotes and inner.endswith(("'", '"')):
        inner = inner[:-1].removesuffix("\\").rstrip()
        quotes -= 1
    return inner.strip()
