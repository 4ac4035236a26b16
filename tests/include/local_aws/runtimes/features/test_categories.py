from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.features import Categories, CategoryCounts

CELLS = np.array([["red"], [" green"], ["red"], ["N/A"]], dtype=object)


def test_missing_ones_are_one_and_unseen_ones_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    categories = Categories(["colour"]).fit(CELLS)
    assert categories.transform(CELLS)[:, 0].tolist() == ["red", "green", "red", ""]
    assert capsys.readouterr().out == ""
    assert categories.transform(np.array([["violet"], ["red"], ["?"]], dtype=object))[:, 0].tolist() == [
        "violet",
        "red",
        "",
    ]
    assert capsys.readouterr().out == (
        "Column 'colour': 1 of 3 values were not seen when this was fitted and count as rare ones; "
        "the first is 'violet'\n"
    )


def test_how_often_one_was_there() -> None:
    counts = CategoryCounts(["colour"]).fit(CELLS)
    found = counts.transform(np.array([["red"], ["green"], ["violet"]], dtype=object))
    np.testing.assert_allclose(found[:, 0], np.log1p([2, 1, 0]))
