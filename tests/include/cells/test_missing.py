from __future__ import annotations

import numpy as np

from include.cells import is_missing


def test_what_stands_for_no_value() -> None:
    texts = np.array([["", " NA ", "N/A"], ["null", "no", "0"]], dtype=object)
    assert is_missing(texts).tolist() == [[True, True, True], [True, False, False]]
