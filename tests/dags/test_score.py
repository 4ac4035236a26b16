"""Whole scoring runs against the embedded AWS: a champion of a real retraining, real predictions, real lineage."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from include.autopilot import config, lineage
from include.autopilot.gateconfig import GateConfig
from tests.dags.conftest import Tiny, returned, table

NEW = "s3://tiny-models/tiny/new/compounds.csv"


@pytest.fixture(scope="module")
def scored(searched: Tiny) -> Iterator[Tiny]:
    """The tiny model with a champion and its DAGs for scoring and rolling back."""
    (before,) = config.load_models()
    model = replace(before, gate=GateConfig(min_holdout_rows=20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (model,))
        for name in ("score", "rollback"):
            searched.dags[f"tiny_{name}"] = getattr(importlib.import_module(f"dags.{name}"), name)(model)
        run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
        assert run.state == "success"
        assert returned(run, "promote")["kind"] == "promoted"
        yield searched


def new_rows(first: int, count: int) -> pd.DataFrame:
    """Rows without a target, with keys that look like numbers and are none."""
    rows = table(first, count).drop(columns=["y", "note"])
    rows["id"] = [f"{number:05d}" for number in range(count)]
    return rows


def read_rows(tiny: Tiny, uri: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tiny.read(uri).decode())))


def test_predictions_have_the_keys_as_they_came_and_their_lineage(scored: Tiny) -> None:
    scored.put("new/compounds.csv", new_rows(9000, 40))
    run = scored.run("tiny_score", input=NEW, interval="0.9")
    assert run.state == "success"
    (uri,) = returned(run, "join")["predictions"]
    rows = read_rows(scored, uri)
    assert [row["id"] for row in rows] == [f"{number:05d}" for number in range(40)]
    print(rows[0])
    print(scored.read(returned(run, "join")["lineage"]).decode())
    assert lineage.main([uri, "--endpoint-url", scored.endpoint]) == 0
