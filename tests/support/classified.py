"""Models of other problems than the tiny regression: real tables of scikit-learn, searched and retrained whole."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from include.autopilot.base.locations import Locations
from include.autopilot.settings import config
from include.autopilot.template.published import Template, current_template
from tests.support.airflowdb import ran
from tests.support.tiny import returned

BUCKET = "classified-models"
YAML = """
name: {name}
title: {title}
schedule: "0 0 1 * *"
start_date: 2023-12-01
root: s3://classified-models/{name}
target: {target}
key: id
ignore: []
holdouts: [sealed]
validation_fraction: 0.2
{top}
{origin}
"""
SEARCH = """search:
  role_arn: arn:aws:iam::123456789012:role/AutopilotRetrain
  cutoff: 2024-01-01
  problem_type: {problem_type}
  metric: {metric}
  max_candidates: 1
  max_runtime_per_training_seconds: 300
  max_runtime_seconds: 600
  algorithms: [{algorithm}]
"""


@dataclass(frozen=True)
class Case:
    """One model: its table, and what Autopilot is asked for.

    :param job: an Autopilot job that exists already and that the YAML names; None: a search of the model's own.
    """

    name: str
    problem_type: str
    metric: str
    algorithm: str
    target: str
    table: pd.DataFrame
    holdout: int
    top: str = ""
    job: str | None = None

    @property
    def yaml(self) -> str:
        """The model's YAML."""
        origin = f"autopilot:\n  job: {self.job}" if self.job else SEARCH.format(**vars(self))
        return YAML.format(
            title=f"Real table {self.name}", name=self.name, target=self.target, top=self.top, origin=origin
        )


def tumours() -> pd.DataFrame:
    """The Wisconsin breast cancer table, 569 rows, ten of its columns; the classes are words."""
    found = load_breast_cancer(as_frame=True)
    table = found.frame.drop(columns="target").iloc[:, :10]
    table.insert(0, "diagnosis", [found.target_names[number] for number in found.target])
    return _with_ids(table)


def digits() -> pd.DataFrame:
    """Handwritten digits 0 to 3 of 8 by 8 pixels: 720 rows, the middle 32 pixels; the classes are words."""
    found = load_digits(n_class=4, as_frame=True)
    table = found.frame.drop(columns="target").iloc[:, 16:48]
    table.insert(0, "digit", [("zero", "one", "two", "three")[number] for number in found.target])
    return _with_ids(table)


def radii() -> pd.DataFrame:
    """The tumours' mean radius from their texture and shape: a regression that a straight line does well."""
    table = load_breast_cancer(as_frame=True).frame.drop(columns="target").iloc[:, :10]
    return _with_ids(table.drop(columns=["mean perimeter"]))


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    shuffled = table.sample(frac=1, random_state=0).reset_index(drop=True)
    shuffled.insert(0, "id", [f"row-{number}" for number in range(len(shuffled))])
    return shuffled


@dataclass
class Classified:
    """A searched and retrained model."""

    case: Case
    s3: Any
    sagemaker: Any
    dags: dict[str, Any]
    search: Any = None
    first: Any = None
    runs: int = 0
    tries: list[tuple[str, str]] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The model's place."""
        return f"s3://{BUCKET}/{self.case.name}"

    @property
    def sealed(self) -> pd.DataFrame:
        """The holdout's rows."""
        return self.case.table.iloc[: self.case.holdout]

    def put(self, key: str, rows: pd.DataFrame) -> None:
        body = rows.to_csv(index=False).encode()
        source = {"data-source": "real rows from scikit-learn's datasets"}
        self.s3.put_object(Bucket=BUCKET, Key=f"{self.case.name}/{key}", Body=body, Metadata=source)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=BUCKET, Key=f"{self.case.name}/{key}")

    def run(self, dag: str, cutoff: str, **form: Any) -> Any:
        self.runs += 1
        moment = datetime(2025, 1, 1, 0, self.runs, tzinfo=UTC)
        return ran(self.dags[f"{self.case.name}_{dag}"], logical_date=moment, run_conf={"cutoff": cutoff, **form})

    def read(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def report(self, run: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.read(returned(run, "report")["json"]))
        return found

    def page(self, run: Any) -> str:
        return self.read(returned(run, "report")["html"]).decode()

    def jobs(self) -> set[str]:
        """Names of the model's training and transform jobs so far."""
        found = set()
        for kind in ("training", "transform"):
            pages = self.sagemaker.get_paginator(f"list_{kind}_jobs").paginate(NameContains=self.case.name)
            key = f"{kind.capitalize()}Job"
            found |= {job[f"{key}Name"] for page in pages for job in page[f"{key}Summaries"]}
        return found

    def template(self) -> Template:
        return current_template(self.s3, Locations(self.root), self.case.name)


@contextmanager
def placed(case: Case, aws: str) -> Iterator[Classified]:
    """Put a table into S3 (its first rows sealed, the others one drop) and build the model's DAGs."""
    model = config.parse_model(case.yaml, f"{case.name}.yaml")
    before = config.load_models
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (*before(), model))
        dags = {}
        for name in ("retrain", "search"):
            dag = getattr(importlib.import_module(f"dags.{name}"), name)(model)
            dags[dag.dag_id] = dag
        s3 = boto3.client("s3", endpoint_url=aws)
        s3.create_bucket(Bucket=BUCKET)
        made = Classified(case, s3, boto3.client("sagemaker", endpoint_url=aws), dags)
        made.put("holdout/sealed.csv", made.sealed)
        made.put("drops/2024-01-01/rows.csv", case.table.iloc[case.holdout :])
        yield made


@contextmanager
def retrained(case: Case, aws: str) -> Iterator[Classified]:
    """Search a table and retrain the winner once."""
    with placed(case, aws) as made:
        made.search = made.run("search", "2024-01-01")
        assert made.search.state == "success"
        made.first = made.run("retrain", "2024-01-01")
        assert made.first.state == "success"
        yield made
