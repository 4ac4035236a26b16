"""The tiny model with a champion that a real retraining made."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from include.autopilot.settings import config
from include.autopilot.settings.gate import GateConfig
from tests.support.tiny import Tiny, returned, table

CHAMPION = "s3://tiny-models/tiny/champion.json"


@contextmanager
def championed(tiny: Tiny, *dags: str, **changes: Any) -> Iterator[Tiny]:
    """Give the searched model with a champion and more of its DAGs.

    :param dags: modules of dags/, each named like the function that wires its DAG.
    :param changes: what the model's YAML says differently.
    """
    before = config.find_model("tiny")
    # A holdout of 80 rows is enough for what is tried here.
    model = replace(before, gate=GateConfig(min_holdout_rows=20), **changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (model,))
        for name in ("retrain", *dags):
            patch.setitem(tiny.dags, f"tiny_{name}", getattr(importlib.import_module(f"dags.{name}"), name)(model))
        if CHAMPION not in tiny.keys("s3://tiny-models/tiny/champion"):
            run = tiny.run("tiny_retrain", "2024-01-01T00:00:00Z")
            assert run.state == "success"
            assert returned(run, "promote")["kind"] == "promoted"
        yield tiny


def new_rows(first: int, count: int) -> pd.DataFrame:
    """Rows without a target, with keys that look like numbers and are none."""
    rows = table(first, count).drop(columns=["y", "note"])
    rows["id"] = [f"{number:05d}" for number in range(first, first + count)]
    return rows
