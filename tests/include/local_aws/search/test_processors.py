"""The generated data processors as code; what they compute is tested with the featurizer that runs them."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes.sklearn_automl.label_encoders import RobustLabelEncoder
from include.local_aws.search.columns import Columns
from include.local_aws.search.processors import PROCESSORS, processors_for
from tests.include.local_aws.runtimes.sklearn_automl.tables import columns, fitted, processor, table

AWKWARD = ("y", "PEOE14 (PEOE14)", 'it\'s, "quoted"', "a\\b", "ä", *(f"{'long' * 30}{number}" for number in range(3)))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@pytest.mark.parametrize("number", range(len(PROCESSORS)))
def test_the_header_and_the_kinds_are_literals(number: int) -> None:
    described = tuple({"name": name, "kind": "numeric", "reason": ""} for name in AWKWARD[1:])
    found = Columns(AWKWARD, "y", "Regression", (), {"train": 9, "validation": 1, "dropped": 0}, described)
    module = ast.parse(PROCESSORS[number].code(found))
    calls = {_called(call): call for call in ast.walk(module) if isinstance(call, ast.Call)}
    header = {keyword.arg: ast.literal_eval(keyword.value) for keyword in calls["Header"].keywords}
    assert header == {"column_names": list(AWKWARD), "target_column_name": "y"}
    assert ast.literal_eval(calls["as_feature_indices"].args[0]) == list(AWKWARD[1:])


def test_the_first_columns_come_first() -> None:
    header = processor(0)["HEADER"]
    assert (header.target_column_name, header.target_column_index, header.feature_names[0]) == ("target", 0, "x")


def test_labels_of_two_classes_are_majority_and_minority() -> None:
    made = processor(1, columns("BinaryClassification", (("no", 50), ("yes", 20))))["build_label_transform"]()
    assert isinstance(made, RobustLabelEncoder)
    assert (made.labels, made.fill_label_value, made.include_unseen_class) == (["no"], "yes", True)


def test_labels_of_many_classes_are_listed() -> None:
    found = columns("MulticlassClassification", (("a", 5), ("b", 20), ("c", 7)))
    made = processor(2, found)["build_label_transform"]()
    assert (made.labels, made.fill_label_value) == (["a", "b", "c"], None)


def test_their_encodings() -> None:
    assert [(one.module, one.algorithm.suffix, one.encoding) for one in PROCESSORS] == [
        ("candidate_data_processors.dpp0", "xgb", "rpb"),
        ("candidate_data_processors.dpp1", "xgb", "rpb"),
        ("candidate_data_processors.dpp2", "xgb", "csv"),
        ("candidate_data_processors.dpp3", "linear-learner", "rpb"),
        ("candidate_data_processors.dpp4", "linear-learner", "rpb"),
        ("candidate_data_processors.dpp5", "mlp", "csv"),
    ]


def test_those_of_the_algorithms_asked_for() -> None:
    assert [one.number for one in processors_for(["mlp", "xgboost"])] == [0, 1, 2, 5]


@pytest.mark.parametrize("number", [3, 4, 5])
def test_features_of_linear_learner_and_mlp_have_no_gaps(number: int) -> None:
    features, _ = fitted(number).transform(table())
    dense = features.toarray() if sparse.issparse(features) else features
    assert np.isfinite(dense).all()


def test_codes_of_categories_come_first_for_mlp() -> None:
    features, _ = fitted(5).transform(table())
    assert set(features[:, 0]) == {0.0, 1.0, 2.0}
    unseen = table()[:1]
    unseen[0, 3] = "violet"
    assert fitted(5).transform(unseen)[0][0, 0] == -1
