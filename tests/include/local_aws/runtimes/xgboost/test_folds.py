from __future__ import annotations

from pathlib import Path

import numpy as np

from include.local_aws.runtimes.xgboost.folds import OutOfFold


def test_predictions_of_repeats_are_averaged(tmp_path: Path) -> None:
    record = OutOfFold(np.array([1.0, 2.0]), "reg:squarederror", False)
    record.record(np.array([1, 0]), np.array([20.0, 10.0]))
    record.record(np.array([0, 1]), np.array([11.0, 22.0]))
    record.save(tmp_path / "data")
    assert (tmp_path / "data" / "predictions.csv").read_text() == "1,10.5\n2,21\n"


def test_classes_come_with_their_probability(tmp_path: Path) -> None:
    record = OutOfFold(np.array([0, 2]), "multi:softprob", True)
    record.record(np.array([0, 1]), np.array([[0.75, 0.25, 0.0], [0.5, 0.0, 0.5]]))
    record.save(tmp_path)
    assert (tmp_path / "predictions.csv").read_text() == "0,0.75,0\n2,0.5,0\n"
