from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.base.errors import RunError
from include.autopilot.drops.manifest import manifest_of, write_manifests
from include.autopilot.drops.plan import load_plan
from tests.support.toy import Toy
from tests.support.toyruns import featurize, prepare


def test_a_manifest_is_a_prefix_and_the_rest() -> None:
    assert manifest_of("s3://b/m", ["s3://b/m/a/1", "s3://b/m/b/2"]) == [{"prefix": "s3://b/m/"}, "a/1", "b/2"]


def test_a_side_without_any_rows_is_refused(toy: Toy) -> None:
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"])
    plan = load_plan(toy.s3, prepared["plan"])
    only_train = tuple(
        replace(drop, prepared=replace(drop.prepared, chunks=("train/chunk_0.csv",))) for drop in plan.drops
    )
    with pytest.raises(RunError, match=r"The drops up to 2024-03-01T00:00:00\+00:00 hold no validation rows"):
        write_manifests(toy.s3, replace(plan, drops=only_train))
