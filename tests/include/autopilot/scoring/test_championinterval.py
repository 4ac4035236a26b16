"""Which champions have an interval; those that have none are refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.champion.serving import Champion
from include.autopilot.errors import IntervalError
from include.autopilot.locations import Locations
from include.autopilot.objects import write_json
from include.autopilot.options import RunOptions
from include.autopilot.plan import Plan, PlannedHoldout
from include.autopilot.problem import Problem
from include.autopilot.scoring.championinterval import champion_interval
from include.autopilot.scoring.interval import Coverage
from include.autopilot.template import current_template
from tests.include.autopilot.conftest import Toy
from tests.include.autopilot.scoring.test_outoffold import archive
from tests.include.autopilot.scoring.test_scorejoin import CLASSES, REGRESSION, ROOT, SERVING, put

ANSWERS = f"{ROOT}/runs/run/predictions/m"


def champion_of(toy: Toy, problem: Problem) -> Champion:
    template = current_template(toy.s3, Locations(ROOT), "toy")
    plan = Plan(
        model="toy",
        title="A toy",
        root=ROOT,
        key="id",
        run="run",
        cutoff=datetime(2024, 1, 1, tzinfo=UTC),
        options=RunOptions(),
        template=template.digest,
        automl_job=None,
        candidate="c",
        problem=problem,
        drops=(),
        holdouts=(PlannedHoldout("sealed", f"{ROOT}/holdout/sealed.csv", "0" * 16, 2, f"{ROOT}/runs/run/h.csv"),),
        source=None,
        notes=(),
        columns=template.schema.columns,
        path="reuse",
    )
    return Champion(SERVING, plan, template)


@pytest.fixture
def champion(toy: Toy) -> Champion:
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


def test_its_coverage_of_the_sealed_holdout_stands_beside_it(toy: Toy, champion: Champion) -> None:
    evaluated(toy.s3, 2.5, 4.5)
    found = champion_interval(toy.s3, champion, 0.9)
    assert (found.half_width, found.rows) == (1.9, 20)
    assert found.holdout == Coverage(2, 1)


def test_a_coverage_that_cannot_be_read_is_unknown(toy: Toy, champion: Champion) -> None:
    assert champion_interval(toy.s3, champion, 0.9).holdout is None


def test_classes_have_no_interval(toy: Toy) -> None:
    with pytest.raises(IntervalError, match=r"A toy predicts classes, and an interval is of numbers. Ask for none"):
        champion_interval(toy.s3, champion_of(toy, CLASSES), 0.9)


def test_an_ensemble_has_no_interval(toy: Toy, champion: Champion) -> None:
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
