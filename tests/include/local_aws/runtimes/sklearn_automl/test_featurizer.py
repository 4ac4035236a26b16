from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.data_builder.columns import describe
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder
from include.local_aws.search.columns import Columns
from include.local_aws.search.processors import PROCESSORS
from tests.include.local_aws.runtimes.sklearn_automl.tables import NAMES, columns, fitted, processor, table

_FOREIGN = """
import sys, joblib, pandas
saved = joblib.load("model.joblib")
features = saved["feature_transformer"].transform(pandas.DataFrame({cells!r}))
assert not [name for name in sys.modules if name.startswith("include")], "needs this package"
print(features.shape[1])
"""


def dense(features: object) -> np.ndarray:
    return features.toarray() if sparse.issparse(features) else np.asarray(features)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_data_processor_survives_trouble(number: int) -> None:
    featurizer = fitted(number)
    features, labels = featurizer.transform(table())
    values = dense(features)
    assert values.shape[0] == 60
    assert labels is not None
    np.testing.assert_allclose(labels, [float(row[0]) for row in table()])
    # The cell of 3.9e17 flattens nothing: the other rows still differ in every column that is a number.
    finite = values[np.isfinite(values).all(axis=1)]
    assert np.abs(finite).max() <= 20
    assert len(np.unique(finite[:, 0].round(3))) > 40


def test_missing_numbers_stay_missing_or_are_told() -> None:
    cells = table()
    assert np.isnan(dense(fitted(0).transform(cells)[0])[5]).sum() == 1
    quantiles = dense(fitted(1).transform(cells)[0])
    assert quantiles.shape[1] == dense(fitted(0).transform(cells)[0]).shape[1] + 1
    assert not np.isnan(dense(fitted(2).transform(cells)[0])).any()


def test_rows_without_the_target_give_the_same_features() -> None:
    featurizer = fitted()
    with_target, _ = featurizer.transform(table())
    without, labels = featurizer.transform(table()[:, 1:])
    assert labels is None
    np.testing.assert_array_equal(dense(with_target), dense(without))


def test_rows_without_a_usable_label_disappear() -> None:
    cells = table()
    cells[[0, 4], 0] = ["", "inf"]
    features, labels = fitted().transform(cells)
    assert (features.shape[0], len(labels if labels is not None else [])) == (58, 58)
    features, labels = fitted().transform(cells[[0, 4]])
    assert len(labels if labels is not None else [1]) == 0


@pytest.mark.parametrize("width", [3, 6])
def test_any_other_width_is_refused_in_autopilots_words(width: int) -> None:
    cells = np.full((2, width), "1", dtype=object)
    expected = (
        "Received data of unknown size. Expected number of columns is 4. "
        f"Number of columns in the received data is {width}."
    )
    with pytest.raises(ClientError) as error:
        fitted().transform(cells)
    assert str(error.value) == expected


def test_text_in_a_numeric_column_and_unknown_words_are_taken_as_missing() -> None:
    cells = table()[:2, 1:]
    cells[0] = ["n/a", "1.0", "violet", "nothing known"]
    values = dense(fitted().transform(cells)[0])
    assert np.isnan(values[0]).sum() == 1
    assert np.isfinite(values[1]).all()


def test_a_training_table_without_the_target_is_refused() -> None:
    featurizer = fitted()
    with pytest.raises(ClientError, match="has 4 columns, HEADER has 5: the column target is missing"):
        Featurizer.fit(featurizer.header, featurizer.transformer, featurizer.labels, table()[:, 1:])


def test_an_artifact_of_numbers_opens_with_joblib_and_scikit_learn_alone(tmp_path: Path) -> None:
    numbers = replace(columns(), names=NAMES[:3], described=columns().described[:2])
    made = processor(2, numbers)
    cells = table()[:, :3]
    featurizer = Featurizer.fit(made["HEADER"], made["build_feature_transform"](), NALabelEncoder(), cells)
    featurizer.save(tmp_path)
    found = subprocess.run(
        [sys.executable, "-I", "-c", _FOREIGN.format(cells=[[0.5, 1.0]])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(found.stdout) == featurizer.transform(cells)[0].shape[1]


def test_any_artifact_names_its_image_and_no_file_of_this_repository(tmp_path: Path) -> None:
    fitted(2).save(tmp_path)
    pickled = (tmp_path / "model.joblib").read_bytes()
    assert b"automl_containers.features" in pickled
    assert b"include." not in pickled


def test_a_featurizer_is_the_same_after_saving(tmp_path: Path) -> None:
    fitted(1).save(tmp_path)
    loaded, _ = Featurizer.load(tmp_path).transform(table())
    np.testing.assert_array_equal(dense(loaded), dense(fitted(1).transform(table())[0]))


def test_a_foreign_artifact_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(AlgorithmError, match=r"no model\.joblib"):
        Featurizer.load(tmp_path)
    joblib.dump({"something": "else"}, tmp_path / "model.joblib")
    with pytest.raises(AlgorithmError, match="other software"):
        Featurizer.load(tmp_path)


def test_texts_in_a_column_of_numbers_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    featurizer, cells = fitted(), table()[:3, 1:]
    cells[:, 0] = ["1.5", "about 3", "n/a"]
    capsys.readouterr()
    featurizer.transform(cells)
    expected = "Column 'x': 1 of 3 values are not numbers and count as missing; the first is 'about 3'"
    assert expected in capsys.readouterr().out


def many_colours(rows: int = 60) -> np.ndarray:
    """Rows of texts without a gap, whose features are mostly zeros: target, x, a constant, one of twenty colours."""
    return np.array([[f"{row}.5", f"{row * row}", "7", f"colour {row % 20}"] for row in range(rows)], dtype=object)


def of_many_colours(number: int, cells: np.ndarray, *kept: str) -> Featurizer:
    """Fit a generated data processor on some of their columns."""
    names = ("y", "x", "constant", "colour")
    at = [place for place, name in enumerate(names) if name in ("y", *kept)]
    described = tuple(vars(describe(names[place], cells[:, place])) for place in at[1:])
    rows = {"train": len(cells), "validation": 0, "dropped": 0}
    made = processor(number, Columns(("y", *kept), "y", "Regression", (), rows, described))
    return Featurizer.fit(made["HEADER"], made["build_feature_transform"](), NALabelEncoder(), cells[:, at])


@pytest.mark.parametrize("number", range(len(PROCESSORS)))
def test_numbers_without_a_gap_beside_many_categories(number: int) -> None:
    cells = many_colours()
    fitted_one = of_many_colours(number, cells, "x", "constant", "colour")
    found, labels = fitted_one.transform(cells)
    assert labels is not None
    assert dense(found).shape == (60, dense(found[:1]).shape[1])
    cells[0, 1] = ""
    assert fitted_one.transform(cells)[0].shape == found.shape


@pytest.mark.parametrize("number", range(len(PROCESSORS)))
def test_one_number_in_every_row_beside_categories(number: int) -> None:
    cells = many_colours()
    found = of_many_colours(number, cells, "constant", "colour")
    assert found.transform(cells[:, [0, 2, 3]])[0].shape[0] == 60


@pytest.mark.parametrize("gaps", [0, 3])
def test_modules_of_earlier_searches_are_fitted_to_tables_without_gaps(gaps: int) -> None:
    cells = many_colours()
    cells[:gaps, 1] = ""
    branches = [
        ("numeric", Pipeline([("varying", VarianceThreshold())]), [0, 1]),
        ("numeric_missing", MissingIndicator(features="missing-only", error_on_new=False), [0, 1]),
        ("categorical", Pipeline([("encode", OneHotEncoder())]), [2]),
    ]
    header = Header(("y", "x", "constant", "colour"), "y")
    found = Featurizer.fit(header, ColumnTransformer(branches), NALabelEncoder(), cells)
    assert found.transform(cells)[0].shape == (60, 21 + bool(gaps))
    assert found.transform(cells[:, 1:])[0].shape == (60, 21 + bool(gaps))
