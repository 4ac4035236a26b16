"""docs/observing.md: the metrics are Airflow's, and the steps that it names are those that tell something."""

from __future__ import annotations

import re
from dataclasses import replace

from airflow._shared.observability.metrics.metrics_registry import MetricsRegistry

from include.autopilot.flows.openlineage import STEPS
from include.autopilot.settings.config import load_models
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "observing.md").read_text()
LINEAGE, METRICS = PAGE.split("\n## Metrics\n")


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first column is called so."""
    table = re.search(rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def test_every_metric_is_airflows_and_of_the_kind_it_says() -> None:
    registry = MetricsRegistry()
    told = [(name, kind) for names, kind, _ in rows(METRICS, "metric") for name in re.findall(r"`([\w.]+)`", names)]
    assert len(told) > 15
    assert [name for name, kind in told if (registry.get(name) or {}).get("type") != kind] == []


def test_the_names_with_the_tags_in_them_are_airflows_too() -> None:
    registry = MetricsRegistry()
    for name, tagged in (("dagrun.duration.success", "dagrun.duration.success.bace_retrain"),
                         ("task.duration", "dag.bace_retrain.train.duration")):  # fmt: skip
        pattern = (registry.get(name) or {})["legacy_name"]
        assert pattern.format(dag_id="bace_retrain", task_id="train") == tagged
        assert f"`{tagged}`" in METRICS


def test_every_step_that_tells_of_a_retraining_is_named() -> None:
    from dags.retrain import bace_retrain  # type: ignore[attr-defined]

    told = {row[0].strip("`") for row in rows(LINEAGE, "task")}
    ids = {task.task_id for task in bace_retrain.tasks}
    assert told <= ids
    # Only a run that fits the featurizer again has something to tell of seal.
    assert {step for step in STEPS if step in ids} - {"seal"} <= told


def test_every_step_is_one_of_a_dag() -> None:
    from airflow.dag_processing.dagbag import DagBag

    from dags.retrain import retrain

    # The second challenger is there where a model asks for it, and none in this folder does.
    (bace,) = (model for model in load_models() if model.name == "bace")
    second = retrain(replace(bace, window="auto", gate=replace(bace.gate, judge_on="recent")))
    called = {
        task.python_callable.__name__
        for dag in (*DagBag(str(ROOT / "dags")).dags.values(), second)
        for task in dag.tasks
        if hasattr(task, "python_callable")
    }
    assert set(STEPS) <= called
