from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder
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
