"""Which champions have an interval; those that have none are refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import IntervalError
from include.autopilot.champion.serving import ServingChampion
from include.autopilot.s3.objects import write_json
from include.autopilot.scoring.championinterval import champion_interval
from include.autopilot.scoring.interval import Coverage
from tests.support.servings import CLASSES, REGRESSION, ROOT, SERVING, archive, champion_of, put
from tests.support.toy import Toy

ANSWERS = f"{ROOT}/runs/run/predictions/m"


@pytest.fixture
def champion(toy: Toy) -> ServingChampion:
    """One with 20 residuals from 0.1 to 2.0, and no evaluation yet."""
    lines = "".join(f"{number / 10},0\n" for number in range(1, 21))
    toy.s3.put_object(Bucket="toy-models", Key="m/output.tar.gz", Body=archive(**{"predictions.csv": lines.encode()}))
    return champion_of(toy, REGRESSION)


def evaluated(s3: Any, *predicted: float) -> None:
    put(s3, f"{ROOT}/runs/run/h.csv", "a,1,x\nb,2,x\n")
    put(s3, f"{ANSWERS}/sealed.csv.out", "".join(f"{key}\n" for key in predicted_lines(predicted)))
    write_json(s3, f"{ROOT}/runs/run/evaluation.json", {"predictions": ANSWERS})


def predicted_lines(predicted: tuple[float, ...]) -> list[str]:
    return [f"{key},{y},{value}" for key, y, value in zip("ab", (1, 2), predicted, strict=True)]


def test_its_coverage_of_the_sealed_holdout_stands_beside_it(toy: Toy, champion: ServingChampion) -> None:
    evaluated(toy.s3, 2.5, 4.5)
    found = champion_interval(toy.s3, champion, 0.9)
    assert (found.half_width, found.rows) == (1.9, 20)
    assert found.holdout == Coverage(2, 1)


def test_a_coverage_that_cannot_be_read_is_unknown(toy: Toy, champion: ServingChampion) -> None:
    assert champion_interval(toy.s3, champion, 0.9).holdout is None


def test_classes_have_no_interval(toy: Toy) -> None:
    with pytest.raises(IntervalError, match=r"A toy predicts classes, and an interval is of numbers. Ask for none"):
        champion_interval(toy.s3, champion_of(toy, CLASSES), 0.9)


def test_an_ensemble_has_no_interval(toy: Toy, champion: ServingChampion) -> None:
    single = replace(
        SERVING, model={"ModelName": "m", "Containers": [{"ModelDataUrl": "s3://toy-models/m/model.tar.gz"}]}
    )
    with pytest.raises(
        IntervalError, match=r"version 3 is a single container \(ENSEMBLING\), whose training leaves no"
    ):
        champion_interval(toy.s3, replace(champion, serving=single), 0.9)


def test_a_training_without_folds_has_no_interval(toy: Toy) -> None:
    with pytest.raises(
        IntervalError, match=r"The champion has no out-of-fold predictions: s3://toy-models/m/output.tar"
    ):
        champion_interval(toy.s3, champion_of(toy, REGRESSION), 0.9)
