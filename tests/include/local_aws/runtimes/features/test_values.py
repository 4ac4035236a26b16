from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.features import Amounts, Booleans


def test_amounts_of_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    cells = np.array([["$1,234.50", "12 %"], ["$5", ""], ["(7)", "3 %"]], dtype=object)
    amounts = Amounts(["price", "rate"]).fit(cells)
    np.testing.assert_array_equal(amounts.transform(cells), [[1234.5, 12], [5, np.nan], [-7, 3]])
    assert "'price' is read as amounts of $ with a decimal point\n" in capsys.readouterr().out
    np.testing.assert_array_equal(amounts.transform(np.array([["€5", "0.12"]], dtype=object)), [[np.nan, np.nan]])
    assert "'price': 1 of 1 values are not amounts of $ with a decimal point and count as missing" in (
        capsys.readouterr().out
    )


def test_yes_is_one_and_no_is_minus_one(capsys: pytest.CaptureFixture[str]) -> None:
    cells = np.array([["Yes"], ["n"], [""], ["maybe"]], dtype=object)
    found = Booleans(["agreed"]).fit(cells).transform(cells)
    np.testing.assert_array_equal(found[:, 0], [1, -1, np.nan, np.nan])
    assert "'agreed': 1 of 4 values are not yes and no in English and count as missing" in capsys.readouterr().out
