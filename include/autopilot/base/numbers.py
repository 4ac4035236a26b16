"""The one idea of a number: what a cell, a prediction or a target is, whoever reads it.

A number is ASCII: an optional sign, digits with an optional point, an optional exponent, blanks and tabs around it. All
readers on the way agree on that, and on nothing more. AWS's featurizer (``RobustImputer`` and ``NALabelEncoder`` of
sagemaker-scikit-learn-extension) asks Python's ``float``; of what that refuses, or calls not finite, it makes a missing
value, and says nothing: a feature is imputed, a row with such a target disappears. ``float`` takes ``1_000``, Arabic
digits and no-break spaces, which parsers written in C do not; pandas takes ``1e 5``, and ``1.5`` before a NUL, which
``float`` does not. So what only some of them read is refused as text.

A blank cell, which is empty or says ``nan``, is a missing value for all of them.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*")
# In texts of nothing but these, Python's float, which is much faster, reads this grammar and no other.
_SIGNS = "0123456789+-.eE \t"
# Cells that are read together: one that is no number, or missing, slows down few others.
_TOGETHER = 32
_NOT_FINITE = re.compile(r"[ \t]*[+-]?(?:nan|inf(?:inity)?)[ \t]*", re.IGNORECASE | re.ASCII)


def read_number(cell: str) -> float | None:
    """Return the number that a cell states, infinite where it is too large for a double; None where it states none."""
    return float(cell) if _NUMBER.fullmatch(cell) else None


def read_answer(cell: str) -> float | None:
    """Return the same of what a program wrote, which may also say ``nan`` or ``inf`` where it had no number."""
    return float(cell) if _NUMBER.fullmatch(cell) or _NOT_FINITE.fullmatch(cell) else None


def read_numbers(cells: NDArray[Any]) -> NDArray[np.float64]:
    """Return the numbers that texts state, in an array of the same shape; NaN where one states none."""
    texts = cells.ravel().tolist()
    found = [
        number for start in range(0, len(texts), _TOGETHER) for number in _numbers(texts[start : start + _TOGETHER])
    ]
    return np.array(found, dtype=np.float64).reshape(cells.shape)


def _numbers(texts: list[str]) -> list[float]:
    if not "".join(texts).strip(_SIGNS):
        with suppress(ValueError):
            return list(map(float, texts))
    return [math.nan if (number := read_number(cell)) is None else number for cell in texts]


def is_blank(cell: str) -> bool:
    """Whether a cell is a missing value: nothing but white space, or ``nan`` in whatever capitals."""
    return cell.strip().lower() in ("", "nan")
