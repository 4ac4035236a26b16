"""Who judges is not searched on, and the errors are what they are called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.search_side.tables import BINARY, MULTICLASS, REGRESSION, Problem, problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = pd.DataFrame({"age": range(40), "price": [10.0**place for place in np.arange(40) / 10]})
    rows.loc[7, "price"] = np.nan
    rows.to_csv(tmp_path / "houses.csv", index=False)
    return tmp_path


def test_rows_that_judge_are_others_with_every_seed_and_never_searched_on(folder: Path) -> None:
    one, same, other = (problem("houses", seed, folder) for seed in (0, 0, 1))
    assert len(one.judges) == 10
    assert sorted([*one.train["age"], *one.judges["age"]]) == [age for age in range(40) if age != 7]
    assert one.judges["age"].tolist() == same.judges["age"].tolist() != other.judges["age"].tolist()


def test_prices_are_predicted_as_logarithms(folder: Path) -> None:
    judges = problem("houses", 0, folder).judges
    assert judges["target"].to_numpy() == pytest.approx(judges["age"].to_numpy() / 10)


def test_errors() -> None:
    train, judges = pd.DataFrame({"target": [1, 2, 2]}), pd.DataFrame({"target": [1, 2, 1, 2]})
    one = Problem("any", 0, REGRESSION, train, judges)
    assert one.error(["1", "2", "1", "4"]) == 1.0
    assert replace(one, kind=MULTICLASS).error(["1", "2", "2", "2"]) == 0.25
    # Scores are of the rare class, which is 1: three of four pairs are in order.
    assert replace(one, kind=BINARY).error(["0.9", "0.5", "0.4", "0.1"]) == 0.25
