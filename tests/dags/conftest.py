"""A small made-up model, searched once per session, so that whole DAGs run in seconds."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from airflow.sdk import DAG

from include.autopilot.settings import config
from tests.support.awscalls import watched
from tests.support.tiny import MODEL, Tiny, table


@pytest.fixture(scope="session", autouse=True)
def found_among_those_loaded() -> Iterator[None]:
    """A task finds the models that a test puts in the place of the files."""
    from_file = config.find_model

    def find_model(name: str) -> Any:
        return next((model for model in config.load_models() if model.name == name), None) or from_file(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "find_model", find_model)
        yield


@pytest.fixture(scope="session", autouse=True)
def calls() -> Iterator[dict[str, set[str]]]:
    """What the runs of every model's DAG, by its id, asked of AWS; a session also runs DAGs of no model."""
    found: dict[str, set[str]] = {}
    run = DAG.test

    def test(dag: DAG, *args: Any, **kwargs: Any) -> Any:
        name = dag.dag_id.rpartition("_")[0]
        model = next((model for model in config.load_models() if model.name == name), None)
        if model is None:
            return run(dag, *args, **kwargs)
        with watched(model) as made:
            ended = run(dag, *args, **kwargs)
        found.setdefault(dag.dag_id, set()).update(made)
        return ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DAG, "test", test)
        yield found


@pytest.fixture(scope="session")
def unsearched(aws: str, airflow_db: None) -> Iterator[Tiny]:
    """The tiny model with its drops and holdouts in S3, before any search."""
    patch = pytest.MonkeyPatch()
    model = config.parse_model(MODEL, "tiny.yaml")
    # Beside the others, because tests that follow in this process look for those.
    before = config.load_models
    patch.setattr(config, "load_models", lambda *folder: (*before(*folder), model))
    found = {}
    for name in ("retrain", "search"):
        build: Callable[..., Any] = getattr(importlib.import_module(f"dags.{name}"), name)
        dag = build(model)
        found[dag.dag_id] = dag
    s3 = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket="tiny-models")
    tiny = Tiny(aws, s3, boto3.client("sagemaker", endpoint_url=aws), found)
    tiny.put("drops/2024-01-01/rows.csv", table(0, 620))
    tiny.put("drops/2024-02-01/rows.csv", table(620, 60))
    tiny.put("holdout/sealed.csv", table(5000, 80))
    tiny.put("holdout/second.csv", table(6000, 30))
    yield tiny
    patch.undo()


@pytest.fixture(scope="session")
def searched(unsearched: Tiny) -> Tiny:
    """The tiny model after its search."""
    run = unsearched.run("tiny_search")
    assert run.state == "success"
    return unsearched
