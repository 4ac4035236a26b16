from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import xgboost

from include.bace.cut import cut
from include.bace.source import columns
from include.bace.synthetic import render


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(BytesIO(render(columns())))


def test_it_is_the_same_at_every_call():
    assert render(columns()) == render(columns())


def test_it_has_the_shape_of_bace(table):
    assert list(table.columns) == columns()
    assert table["Model"].value_counts().to_dict() == {"Test": 1265, "Train": 203, "Valid": 45}
    assert not table.isna().to_numpy().any()
    assert table["CID"].is_unique
    assert table["pIC50"].mean() == pytest.approx(6.52, abs=0.01)
    numbers = table.drop(columns=["mol", "CID", "Model"])
    assert 220 <= int((numbers.nunique() == 1).sum()) <= 235
    assert numbers["Superpendentic (SP)"].max() > 1e17
    assert set(table["sCH3_Key"]) == {0, 1}


def test_every_row_says_that_it_is_made_up(table):
    assert table["mol"].str.startswith("SYNTHETIC").all()


def test_it_leaks_where_bace_leaks(table):
    assert ((table["pIC50"] >= 7) == table["Class"]).mean() == pytest.approx(0.99, abs=0.005)
    assert table["canvasUID"].corr(table["pIC50"], method="spearman") > 0.999
    assert table.groupby("Model")["pIC50"].apply(lambda part: part.is_monotonic_decreasing).all()


def test_a_model_learns_and_learns_more_from_more_rows(table):
    parts = cut(table)
    drops = [_numbers(rows) for rows in parts.drops.values()]
    features, target = _numbers(parts.holdouts["sealed"])
    errors = []
    for count in (1, len(drops)):
        rows = np.concatenate([drop[0] for drop in drops[:count]])
        activity = np.concatenate([drop[1] for drop in drops[:count]])
        model = xgboost.XGBRegressor(n_estimators=120, learning_rate=0.1, max_depth=4, colsample_bytree=0.3, n_jobs=1)
        errors.append(_rmse(model.fit(rows, activity).predict(features), target))
    assert _rmse(np.full(len(target), drops[0][1].mean()), target) == pytest.approx(1.3, abs=0.1)
    assert errors[0] < 0.85
    assert errors[1] < 0.95 * errors[0]


def _numbers(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return rows.drop(columns=["mol", "CID", "pIC50"]).to_numpy(float), rows["pIC50"].to_numpy(float)


def _rmse(predicted: np.ndarray, true: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predicted - true) ** 2)))
