from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.autogluon.layout import Layout, ordered
from tests.include.local_aws.runtimes.autogluon.tables import report


def read(folder: Path, **changes: object) -> Layout:
    (folder / "columns.json").write_text(json.dumps({**report(("yes", "no")), **changes}))
    return Layout.read(folder)


def test_classes_are_in_autogluons_order_and_not_in_that_of_their_counts(tmp_path: Path) -> None:
    layout = read(tmp_path)
    assert (layout.labels, layout.task.predictor, layout.task.classes) == (("no", "yes"), "binary_classifier", 2)
    assert ordered(["10", "9", "-1"]) == ["-1", "9", "10"]
    assert ordered(["b", "10", "9"]) == ["10", "9", "b"]


def test_places_are_those_among_the_features(tmp_path: Path) -> None:
    layout = read(tmp_path)
    assert [layout.of_kind(kind) for kind in ("numeric", "categorical", "text", "ignored")] == [[0], [1], [2], [3]]


def test_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"Missing required channel: columns \(with columns\.json\)"):
        Layout.read(tmp_path)
    with pytest.raises(ClientError, match="the problem type Ranking is not done here"):
        read(tmp_path, problem_type="Ranking")
