"""Which texts are numbers: one rule for every container here, from the data builder to the algorithms.

It is narrower than what the service's containers read, which do not agree with each other: Autopilot's featurizer asks
Python's ``float``, which takes ``1_000`` and digits of any script; parsers written in C stop at a NUL. A text here is a
number if all of them read it alike.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*")
_INFINITE = re.compile(r"[ \t]*[+-]?inf(?:inity)?[ \t]*", re.IGNORECASE | re.ASCII)


def number_in(text: str) -> float | None:
    """Return the number, which may be infinite; NaN where the text is blank or ``nan``; None where it is any other."""
    if _NUMBER.fullmatch(text) or _INFINITE.fullmatch(text):
        return float(text)
    return math.nan if text.strip().lower() in ("", "nan") else None


def as_numbers(texts: NDArray[Any]) -> NDArray[np.float64]:
    """Return texts of any shape as numbers; NaN where a text is no finite number."""
    read = map(number_in, texts.ravel().tolist())
    flat = np.array([math.nan if number is None else number for number in read], dtype=np.float64)
    return np.where(np.isfinite(flat), flat, np.nan).reshape(texts.shape)
