"""Which texts stand for no value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What stands for a missing value in the CSV files people write.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})


def says_nothing(text: str) -> bool:
    """Whether a text stands for no value."""
    return text.strip().lower() in MISSING


def is_missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where texts of any shape stand for no value."""
    return np.fromiter(map(says_nothing, values.ravel()), dtype=bool, count=values.size).reshape(values.shape)
