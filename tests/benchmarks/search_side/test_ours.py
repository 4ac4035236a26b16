"""What an ensemble answers is taken for the class that it is of."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.search_side.ours import of_the_rare
from benchmarks.search_side.tables import BINARY, Problem


@pytest.mark.parametrize(("rows", "expected"), [([9, 10, 10], "0.2"), ([9, 9, 10], "0.8"), (["b", "a", "b"], "0.2")])
def test_the_rare_class_is_found_among_both(rows: list[object], expected: str) -> None:
    table = pd.DataFrame({"target": rows})
    assert of_the_rare(["[0.2, 0.8]"], Problem("any", 0, BINARY, table, table)) == [expected]
