"""What a file is, told by its first bytes: a file that is no CSV in UTF-8 is refused for what it is, with the fix."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from include.autopilot.rows.source import Source

# Bytes looked at: any header has a comma or a line end in them.
_HEAD = 4096
_EXPORT = "Export the table as CSV in UTF-8"
_SAVE = 'Save it as UTF-8 (Excel: "CSV UTF-8"; PowerShell: -Encoding utf8)'
_UNPACK = "Unpack it; only files of drops, and of new rows, may be packed: once, with gzip, and called <name>.csv.gz"
_DOWNLOAD = f"{_EXPORT}; a download may have given an error page instead of the table"
# How what is delivered as .csv by mistake begins -> what it is, and the fix. None begins like a header: a column may be
# called PK or PAR1.
_KINDS = (
    (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "a ZIP archive or a spreadsheet (.xlsx, .ods)", f"{_EXPORT}, or unpack it"),
    (rb"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", _EXPORT),
    (rb"\x1f\x8b", "packed with gzip, once more than its name says", _UNPACK),
    (rb"BZh[1-9]1AY&SY", "packed with bzip2", _UNPACK),
    (rb"\xfd7zXZ\x00", "packed with xz", _UNPACK),
    (rb"\x28\xb5\x2f\xfd", "packed with Zstandard", _UNPACK),
    (rb"7z\xbc\xaf", "a 7z archive", "Unpack it"),
    (rb"PAR1[\x00-\x08\x0e-\x1f\x80-\xff]", "a Parquet file", _EXPORT),
    (rb"ARROW1\x00", "an Arrow file", _EXPORT),
    (rb"Obj\x01", "an Avro file", _EXPORT),
    (rb"\x89HDF", "an HDF5 file", _EXPORT),
    (rb"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (rb"%PDF-", "a PDF document", _EXPORT),
    (rb"\s*(\{\s*\"|\[\s*\{)", "JSON", _EXPORT),
    (rb"(?i)\s*<(!doctype|html)", "a web page", _DOWNLOAD),
    (rb"(?i)\s*<\?xml", "XML", _DOWNLOAD),
)
_MARKS = (
    # A mark of UTF-32 begins with one of UTF-16.
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_DELIMITERS = b",;\t\r\n"


class Peeked:
    """A source whose first bytes can be looked at before they are read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._head = io.BytesIO(b"".join(_first(source)))

    @property
    def head(self) -> bytes:
        """The first bytes: all of them if they are few."""
        return self._head.getvalue()

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        return self._head.read(size) or self._source.read(size)


def foreign(head: bytes) -> str | None:
    """Return what a file is that is no CSV in UTF-8, and the fix, as the end of a sentence; None for one that may be.

    :param head: its first bytes.
    """
    plain = head.removeprefix(codecs.BOM_UTF8)
    for magic, kind, fix in _KINDS:
        if re.match(magic, plain):
            return f"is {kind}, not CSV. {fix}."
    for mark, name in _MARKS:
        if head.startswith(mark):
            return f"is not UTF-8: byte 0 in the header (line 1). It is {name}. {_SAVE}."
    if _is_ebcdic(head):
        return f"is EBCDIC, as mainframes write it, not UTF-8. Convert it: iconv -f IBM500 -t UTF-8. {_SAVE}."
    wide = next((encoding for encoding in _WIDE if _is_wide(head, encoding)), None)
    if wide is not None:
        return f"is {wide[:6].upper()} without a byte-order mark, not UTF-8. {_SAVE}."
    if head.startswith(codecs.BOM_UTF8 * 2):
        return (
            "begins with two byte-order marks, so its first column has another name than it seems. Remove one of them."
        )
    return None


def is_gzip(head: bytes) -> bool:
    """Whether a file that begins like this is packed with gzip."""
    return head.startswith(b"\x1f\x8b")


def _first(source: Source) -> Iterator[bytes]:
    wanted = _HEAD
    while wanted > 0 and (piece := source.read(wanted)):
        wanted -= len(piece)
        yield piece


def _is_ebcdic(head: bytes) -> bool:
    """Whether the first line is a header in EBCDIC and none in ASCII, which has no comma or line feed there."""
    text = re.split("[\r\n\x85]", head.decode("cp500"), maxsplit=1)[0]
    plain = sum(letter.isascii() and letter.isalnum() for letter in text)
    return not any(sign in head for sign in b",;\n") and "," in text and text.isprintable() and 2 * plain > len(text)


def _is_wide(head: bytes, encoding: str) -> bool:
    """Whether most commas and line ends are characters of several bytes, with zeros where the encoding has them."""
    if b"\0" not in head:
        return False
    found = sum(head[place] in _DELIMITERS for place in _places(head, encoding))
    return 0 < sum(byte in _DELIMITERS for byte in head) <= 2 * found


def _places(head: bytes, encoding: str) -> Iterator[int]:
    """Yield where ASCII characters stand in the encoding."""
    width = int(encoding[4:6]) // 8
    at = 0 if encoding.endswith("le") else width - 1
    zeros = bytes(width - 1)
    for start in range(0, len(head) - width + 1, width):
        character = head[start : start + width]
        if character[:at] + character[at + 1 :] == zeros:
            yield start + at
