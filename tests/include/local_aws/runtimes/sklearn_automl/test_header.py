from __future__ import annotations

import pytest

from include.local_aws.runtimes.sklearn_automl.header import Header


def test_features_are_counted_without_the_target() -> None:
    header = Header(column_names=["a", "y", "b (c, d)"], target_column_name="y")
    assert header.target_column_index == 1
    assert header.as_feature_indices(["b (c, d)", "a"]) == [1, 0]
    assert header.as_column_indices(["b (c, d)", "y", "a"]) == [2, 1, 0]
    with pytest.raises(ValueError, match="'c' is not a column of HEADER"):
        header.as_column_indices(["c"])


def test_the_target_is_no_feature() -> None:
    with pytest.raises(ValueError, match="'y' is not a feature column"):
        Header(["y", "a"], "y").as_feature_indices(["y"])


@pytest.mark.parametrize(
    ("names", "message"), [(["y", "a", "a"], "'a' twice"), (["a", "b"], "target 'y' is not among")]
)
def test_a_header_that_cannot_be(names: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Header(names, "y")
