"""The tiny model once more under another root, so that it can have champions without other tests seeing them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.champion.pointer import ModelStore, read_champion, store_of
from include.autopilot.settings import config
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.gate import GateConfig
from tests.support.airflowdb import ran
from tests.support.tiny import Tiny, returned

# 80 sealed rows, and models that differ plainly.
GATE = GateConfig(min_holdout_rows=50, resamples=1000)
_MINUTES = iter(range(1, 1000))


@dataclass
class Judged:
    """A model with a template and drops, without any version yet."""

    model: ModelConfig
    tiny: Tiny
    dags: dict[str, Any]
    runs: list[Any] = field(default_factory=list)

    @property
    def store(self) -> ModelStore:
        return store_of(self.tiny.s3, self.tiny.sagemaker, self.model)

    def retrain(self, cutoff: str, **form: Any) -> Any:
        """Run the retraining DAG."""
        run = self._run("retrain", {"cutoff": cutoff, "scope": "full", "dry_run": False, **form})
        self.runs.append(run)
        return run

    def roll_back(self, version: int, reason: str) -> Any:
        """Run the rollback DAG."""
        return self._run("rollback", {"version": version, "reason": reason})

    def _run(self, dag: str, form: dict[str, Any]) -> Any:
        moment = datetime(2026, 1, 1, next(_MINUTES) // 60, next(_MINUTES) % 60, tzinfo=UTC)
        return ran(self.dags[f"{self.model.name}_{dag}"], logical_date=moment, run_conf=form)

    @property
    def champion(self) -> int | None:
        found = read_champion(self.store)[0]
        return None if found is None else found.version.version

    @property
    def versions(self) -> dict[int, str]:
        """Version -> approval status."""
        return {one["ModelPackageVersion"]: one["ModelApprovalStatus"] for one in self.store.registry.summaries()}

    def read(self, uri: str) -> Any:
        return json.loads(self.tiny.read(uri))

    def record(self, run: Any) -> dict[str, Any]:
        """The ledger's record of a run."""
        found: dict[str, Any] = self.read(returned(run, "register")["record"])
        return found


@contextmanager
def judged(searched: Tiny, name: str, **settings: Any) -> Iterator[Judged]:
    """Copy the tiny model's drops, holdouts and template under another root.

    :param settings: what its YAML says differently.
    """
    tiny = config.find_model("tiny")
    model = replace(tiny, **{"name": name, "root": f"s3://tiny-models/{name}", "gate": GATE, **settings})
    for folder in ("drops", "holdout", "template"):
        for uri in searched.keys(f"s3://tiny-models/tiny/{folder}/"):
            key = uri.removeprefix("s3://tiny-models/")
            searched.s3.copy_object(
                Bucket="tiny-models",
                Key=key.replace("tiny/", f"{name}/", 1),
                CopySource={"Bucket": "tiny-models", "Key": key},
            )
    before = config.load_models
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (*before(), model))
        dags = {}
        for file in ("retrain", "rollback"):
            dag = getattr(importlib.import_module(f"dags.{file}"), file)(model)
            dags[dag.dag_id] = dag
        yield Judged(model, searched, dags)
