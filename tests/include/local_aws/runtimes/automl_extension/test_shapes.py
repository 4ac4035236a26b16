"""The shapes of the 22 generated modules that were found in public: each is taken and runs, with rows made up."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import include.local_aws.runtimes.sklearn_automl  # noqa: F401 - brings the names that modules import
from include.autopilot.candidate.processor import parse_processor
from include.local_aws.runtimes.automl_extension.check import refusals
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.label_encoders import encoder_for
from tests.support.generated import module

NUMBERS, WORDS, TEXTS, DAYS = ["", "Int'l Mins"], ["job", "v\xadm.1", "Int'l Mins"], ["review_body"], ["TCA"]
COLUMNS = ["y", "", "Int'l Mins", "job", "v\xadm.1", "review_body", "TCA"]
NAN = ["RobustImputer(strategy='constant', fill_values=nan)"]
ONE_HOT = ["ThresholdOneHotEncoder(threshold=7)"]
BY_WORD = ["MultiColumnTfidfVectorizer(max_df=0.9568, min_df=0.0052, analyzer='word', max_features=10000)"]
BY_LETTER = ["MultiColumnTfidfVectorizer(max_df=0.99, min_df=0.0021, analyzer='char_wb', max_features=10000)"]
ORDINAL = ["DateTimeVectorizer(mode='ordinal', default_datetime=dt(year=1970, month=1, day=1))"]
CYCLIC = ["DateTimeVectorizer(mode='cyclic', default_datetime=dt(year=1970, month=1, day=1))", "RobustImputer()"]
BOTH = "FeatureUnion([('robust_imputer', RobustImputer()), ('robust_missing_indicator', RobustMissingIndicator())])"
CODES = ["RobustOrdinalEncoder(threshold='auto', max_categories=100)"]
SCALER = "RobustStandardScaler()"
REGRESSION = "NALabelEncoder()"
BINARY = "RobustLabelEncoder(labels=['no'], fill_label_value='yes', include_unseen_class=True)"
CLASSES = "RobustLabelEncoder(labels=['-1', '0', '1'])"

SHAPES: dict[str, tuple[dict[str, tuple[list[str], list[str]]], list[str], str]] = {
    "trees, every kind": (
        {
            "numeric": (NUMBERS, NAN),
            "categorical": (WORDS, ONE_HOT),
            "text": (TEXTS, BY_WORD),
            "datetime": (DAYS, ORDINAL),
        },
        [SCALER],
        REGRESSION,
    ),
    "trees, categories and texts": ({"categorical": (WORDS, ONE_HOT), "text": (TEXTS, BY_WORD)}, [SCALER], CLASSES),
    "trees, numbers and categories": ({"numeric": (NUMBERS, NAN), "categorical": (WORDS, ONE_HOT)}, [SCALER], BINARY),
    "components, every kind but texts": (
        {
            "numeric": (NUMBERS, [BOTH, "QuantileExtremeValuesTransformer()"]),
            "categorical": (WORDS, ONE_HOT),
            "datetime": (DAYS, CYCLIC),
        },
        ["RobustPCA(n_components=9)", SCALER],
        BINARY,
    ),
    "components of numbers": (
        {"numeric": (NUMBERS, ["RobustImputer()"])},
        ["RobustPCA(n_components=9)", SCALER],
        BINARY,
    ),
    "components of texts": ({"text": (TEXTS, BY_LETTER)}, ["RobustPCA(n_components=5)", SCALER], CLASSES),
    "texts": ({"text": (TEXTS, BY_WORD)}, [SCALER], CLASSES),
    "codes first, for a network": (
        {"categorical": (WORDS, CODES), "numeric": (NUMBERS, ["RobustImputer()", SCALER]), "datetime": (DAYS, CYCLIC)},
        [],
        BINARY,
    ),
    "numbers alone, for a network": ({"numeric": (NUMBERS, ["RobustImputer()", SCALER])}, [], REGRESSION),
    "labels that are learnt": ({"numeric": (NUMBERS, NAN)}, [SCALER], "LabelEncoder()"),
}
FEATURES = {
    "components, every kind but texts": 9,
    "components of texts": 5,
    "numbers alone, for a network": 2,
    "components of numbers": 2,
    "labels that are learnt": 2,
    # 3 codes, 2 numbers, the 7 things that DateTimeVectorizer tells unless told, as sine and cosine, without constants
    "codes first, for a network": 3 + 2 + 6,
}


def rows(labels: str, number: int = 120) -> Any:
    """Rows of text with blanks in every column; the third number is huge."""
    chance = random.Random(4)  # noqa: S311 - numbers, no secrets
    targets = {REGRESSION: ["1.5", "-2", "0"], CLASSES: ["-1", "0", "1"]}.get(labels, ["no", "yes"])
    made = [
        [
            chance.choice(targets),
            str(at),
            f"{chance.gauss(5, 2):.2f}",
            f"job {at % 4}",
            "ab"[at % 2],
            f"a {chance.choice(['fine', 'dull'])} book to {chance.choice(['read', 'keep'])}",
            f"2021-0{1 + at % 9}-1{at % 7}",
        ]
        for at in range(number)
    ]
    for column in range(1, len(COLUMNS)):
        made[column + 3][column] = ""
    made[2][2] = "1e12"
    return np.array(made, dtype=object)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_taken_fitted_and_opened_again(shape: str, tmp_path: Path) -> None:
    branches, after, labels = SHAPES[shape]
    source = module(COLUMNS, "y", branches, after, labels)
    assert refusals(source, "dpp1.py") == []
    read = parse_processor(source, "dpp1.py")
    assert (read.header, read.kinds) == (tuple(COLUMNS), {kind: tuple(names) for kind, (names, _) in branches.items()})

    namespace: dict[str, Any] = {}
    exec(compile(source, "dpp1.py", "exec"), namespace)  # noqa: S102
    cells = rows(labels)
    encoder = encoder_for(namespace["build_label_transform"]())
    fitted = Featurizer.fit(namespace["HEADER"], namespace["build_feature_transform"](), encoder, cells)
    features, encoded = fitted.transform(cells)
    assert encoded is not None
    assert set(encoded) == ({1.5, -2.0, 0.0} if labels == REGRESSION else set(range(len(set(cells[:, 0])))))
    dense = features.toarray() if sparse.issparse(features) else np.asarray(features)
    assert dense.shape == (len(cells), FEATURES.get(shape, dense.shape[1]))
    # Numbers are missing only where the module wants them to be: of two cells, and of one day the three that change.
    ways = [steps for _, steps in branches.values()]
    assert np.isnan(dense).sum() == 2 * (NAN in ways) + 3 * (ORDINAL in ways)
    assert (np.nanstd(dense, axis=0) > 0).any()

    fitted.save(tmp_path)
    unseen = np.array([["x", "", "nobody", "", "never", "no day"]], dtype=object)
    again = Featurizer.load(tmp_path)
    assert again.transform(unseen)[0].shape == (1, dense.shape[1])
    same, _ = again.transform(cells[:, 1:])
    np.testing.assert_array_equal(same.toarray() if sparse.issparse(same) else same, dense)
