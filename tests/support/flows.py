"""Calls a step of a flow as its DAG does: what it asks for by name comes from the run's plan, the rest is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Any

from include.autopilot.drops.plan import load_plan
from include.autopilot.flows import jobs, retrain, search
from include.autopilot.template.published import load_template


def asked(toy: Any, function: Callable[..., Any], uri: str, **given: Any) -> Any:
    """Call a step.

    :param toy: has ``s3``, ``sagemaker`` and ``config``.
    :param uri: the address of the run's plan.
    """
    plan = load_plan(toy.s3, uri)
    offered = {"s3": toy.s3, "sagemaker": toy.sagemaker, "config": toy.config, "plan": plan, **given}
    names = inspect.signature(function).parameters
    if "template" in names and "template" not in given:
        offered["template"] = load_template(toy.s3, plan.locations, plan.template)
    return function(**{name: offered[name] for name in names if name in offered})


def featurize_requests(toy: Any, uri: str, featurizer: str | None = None) -> list[dict[str, Any]]:
    """What the run asks for to make its missing features, without sealing anything."""
    plan = load_plan(toy.s3, uri)
    drops = [drop.name for drop in retrain.to_featurize(toy.s3, plan)]
    made = {"name": featurizer} if featurizer else None
    found: list[dict[str, Any]] = asked(toy, jobs.featurize_requests, uri, batch={"drops": drops}, featurizer=made)
    return found


def training_request(toy: Any, uri: str) -> dict[str, Any]:
    """Write what the training will read, and give its request."""
    asked(toy, retrain.write_inputs, uri)
    found: dict[str, Any] = asked(toy, jobs.training_request, uri)
    return found


def prediction_request(toy: Any, uri: str, model: str) -> dict[str, Any]:
    """What predicts the holdouts with a model."""
    found: dict[str, Any] = asked(toy, jobs.prediction_request, uri, created={"name": model})
    return found


def model_request(toy: Any, uri: str, artifact: str) -> dict[str, Any]:
    """What makes the pipeline of a trained artifact."""
    found: dict[str, Any] = asked(toy, jobs.model_request, uri, trained={"uri": artifact})
    return found


def evaluate(toy: Any, uri: str, output: str) -> dict[str, Any]:
    """Measure predictions."""
    found: dict[str, Any] = asked(toy, retrain.evaluate_run, uri, output_uri=output)
    return found


def report(toy: Any, uri: str, jobs: list[dict[str, Any]]) -> dict[str, str]:
    """Write the run's report."""
    from include.autopilot.report.page import write_report

    found: dict[str, str] = asked(toy, write_report, uri, jobs=jobs)
    return found


def search_request(toy: Any, cutoff: datetime, key: str, algorithm: str | None = None) -> dict[str, Any]:
    """Write the table of a search, and give its request."""
    given = toy.s3, toy.sagemaker, toy.config, cutoff
    prepared = {**search.prepare(*given), "algorithm": algorithm}
    return search.request(*given, key, prepared)
