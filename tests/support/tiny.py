"""A small made-up model, its rows, and the means to run its DAGs and to look at a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from include.autopilot.base.locations import Locations
from include.autopilot.template.published import Template, current_template
from tests.support.airflowdb import ran

MODEL = """
name: tiny
title: A made-up table
schedule: "0 0 1 * *"
start_date: 2023-12-01
root: s3://tiny-models/tiny
target: y
key: id
ignore: [note]
holdouts: [sealed, second]
validation_fraction: 0.2
search:
  role_arn: arn:aws:iam::123456789012:role/AutopilotRetrain
  cutoff: 2024-01-01
  problem_type: Regression
  metric: MSE
  max_candidates: 2
  max_runtime_per_training_seconds: 300
  max_runtime_seconds: 600
"""
FEATURES = ["a", "PEOE14 (PEOE14)", 'b, "quoted"', "d[1]"]


def table(first: int, count: int) -> pd.DataFrame:
    """Rows ``first`` … of an endless table whose target depends on its features."""
    random = np.random.default_rng(first)
    features = pd.DataFrame(random.normal(size=(count, len(FEATURES))), columns=FEATURES).round(4)
    target = (features["a"] * 2 + features["d[1]"] ** 2 + random.normal(0, 0.1, count)).round(4)
    ids = [f"row-{number}" for number in range(first, first + count)]
    return pd.concat([pd.DataFrame({"note": "n", "id": ids, "y": target}), features], axis=1)


@dataclass
class Tiny:
    """The model's place and the means to run its DAGs."""

    endpoint: str
    s3: Any
    sagemaker: Any
    dags: dict[str, Any]
    runs: int = field(default=0)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, key: str, rows: pd.DataFrame | bytes) -> None:
        body = rows if isinstance(rows, bytes) else rows.to_csv(index=False).encode()
        self.s3.put_object(Bucket="tiny-models", Key=f"tiny/{key}", Body=body)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket="tiny-models", Key=f"tiny/{key}")

    def run(self, dag_id: str, cutoff: str | None = None, **form: Any) -> Any:
        """Run a DAG with its form; each run has another logical date."""
        self.runs += 1
        moment = datetime(2025, 1, 1, 0, self.runs, tzinfo=UTC)
        # All of the form: dag.test() keeps in the DAG what the run before it was given.
        defaults = self.defaults.setdefault(dag_id, self.dags[dag_id].params.dump())
        conf = {**defaults, **form, **({"cutoff": cutoff} if cutoff else {})}
        return ran(self.dags[dag_id], logical_date=moment, run_conf=conf)

    def jobs(self) -> list[str]:
        """Names of all SageMaker jobs so far."""
        kinds = ("TrainingJob", "TransformJob", "ProcessingJob")
        names = []
        for kind in kinds:
            pages = self.sagemaker.get_paginator(f"list_{kind[:-3].lower()}_jobs").paginate()
            names += [job[f"{kind}Name"] for page in pages for job in page[f"{kind}Summaries"]]
        return names

    def read(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def template(self) -> Template:
        """The published template."""
        return current_template(self.s3, Locations("s3://tiny-models/tiny"), "tiny")

    def keys(self, uri: str) -> list[str]:
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [f"s3://{bucket}/{item['Key']}" for page in pages for item in page.get("Contents", [])]


def returned(run: Any, task_id: str) -> Any:
    """What a task of a run returned."""
    return next(one for one in run.get_task_instances() if one.task_id == task_id).xcom_pull(task_ids=task_id)


def states(run: Any) -> dict[str, str]:
    """Task id -> state (of one of its mapped instances)."""
    return {one.task_id: str(one.state) for one in run.get_task_instances()}
