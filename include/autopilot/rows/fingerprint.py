"""The fingerprint of a row: what it says, whatever its key is and however its numbers are written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from include.autopilot.base.numbers import is_blank
from include.autopilot.rows.identity import normal, number_form

# 64 bits: of a million rows no two are alike by chance.
_BYTES = 8
# A spreadsheet keeps fifteen digits of a number; a cell that is shorter than this has no more.
_DIGITS, _LONG = 15, 16
_LARGEST = float(np.finfo(np.float32).max)
_MISSING = float("nan")


def fingerprint(cells: Sequence[str]) -> str:
    """Return the fingerprint of a row, 16 hexadecimal digits.

    Numbers count as numbers (1.50 is 1.5), rounded to fifteen digits; missing values are alike; of texts the spelling
    is left out, as it is of keys.

    :param cells: features and target in the order of the contract, which may be another one than the file's.
    """
    texts: list[str] = []
    try:
        # Whether a text is a number is asked more widely than elsewhere: it can only make two rows alike.
        found = (
            list(map(float, cells)) if max(map(len, cells)) < _LONG else [_rounded(float(cell), cell) for cell in cells]
        )
    except ValueError:
        found = []
        for place, cell in enumerate(cells):
            try:
                found.append(float(cell) if len(cell) < _LONG else _rounded(float(cell), cell))
            except ValueError:
                found.append(_number_of_text(place, cell, texts))
    # Minus zero is zero.
    numbers = np.array(found, dtype="<f8") + 0.0
    return hashlib.blake2b(numbers.tobytes() + "".join(texts).encode(), digest_size=_BYTES).hexdigest()


def _rounded(number: float, cell: str) -> float:
    """Return a number without digits that only its way through another tool has given it."""
    if len(cell) < _LONG:
        return number
    if abs(number) < _LARGEST and not number.is_integer() and float(short := np.float32(number)) == number:
        # It was kept in 32 bits: 1.3300000429153442 is 1.33. Whole numbers are what they say.
        return float(str(short))
    return float(f"{number:.{_DIGITS}g}")


def _number_of_text(place: int, cell: str, texts: list[str]) -> float:
    """Return the number of a cell that is none for Python; of a text none, and the text goes to ``texts``."""
    if is_blank(cell):
        return _MISSING
    text = normal(cell)
    if number_form(text):
        return _rounded(float(text), cell)
    texts.append(f"\0{place}\1{text}")
    return _MISSING
