"""A run's share of a backfill does not grow with the drops before it."""

from __future__ import annotations

import pytest

from benchmarks.backfill import document, figures, run_backfill
from benchmarks.backfill_side.run import Measured


@pytest.fixture(scope="module")
def runs() -> list[Measured]:
    return run_backfill(6)


def test_every_row_is_featurized_once(runs: list[Measured]) -> None:
    assert [run.jobs for run in runs] == [{"featurize": 1, "train": 1, "predict": 1}] * 6
    assert [run.featurized for run in runs] == [40] * 6
    assert [run.visible for run in runs] == [40, 80, 120, 160, 200, 240]


def test_a_run_asks_s3_as_often_as_the_run_before(runs: list[Measured]) -> None:
    counts = [run.requests for run in runs]
    assert counts[3] == counts[4] == counts[5]
    assert sum(counts[5].values()) < 120


def test_the_figures_say_how_they_grew(runs: list[Measured]) -> None:
    told = document([figures(3, runs[:3]), figures(6, runs)])
    assert told["6"]["rows_featurized"] == told["6"]["rows_in_drops"] == 240
    assert told["6"]["rows_one_transform_per_run"] == 840
    assert told["linear"] is True
    assert told["exponent"]["rows_one_transform_per_run"] == 1.81
