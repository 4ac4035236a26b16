"""What a page may call by its name: tasks, DAGs, keys of the YAML, fields of forms, errors, requests, S3 places."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import boto3

from airflow_sagemaker_once.clients import CONNECTION
from include.autopilot.settings.config import ModelConfig, parse_model
from include.autopilot.settings.options import ExamOptions, RollbackOptions, RunOptions, SearchOptions
from include.autopilot.settings.scoreoptions import ScoreOptions
from tests.support.modelkeys import keys
from tests.support.repository import ROOT

_FORMS = (RunOptions, SearchOptions, ExamOptions, RollbackOptions, ScoreOptions)
# The models that pages write about.
_MODELS = "<model>|<name>|bace2?"


def known(name: str) -> bool:
    """Whether there is anything of that name; a key may have its value beside it, as in ``exam: off``."""
    key = name.partition(":")[0]
    return bool(
        (ROOT / name).exists()
        or (ROOT / "include" / "models" / f"{name}.yaml").exists()
        or key in keys()
        or name in _fields()
        or name in _members()
        or name == CONNECTION
        or any(name in tasks for tasks in tasks_of_dags().values())
        or _is_dag(name)
        or ("/" in name and name in _places())
    )


def _is_dag(name: str) -> bool:
    match = re.fullmatch(rf"(?:{_MODELS})_([a-z]+)", name)
    return match is not None and match[1] in tasks_of_dags()


@cache
def tasks_of_dags() -> dict[str, frozenset[str]]:
    """Kind of DAG (``retrain``) -> all its tasks, also those that only some models have."""
    import dags.deploy
    import dags.exam
    import dags.retrain
    import dags.rollback
    import dags.score
    import dags.search

    made: list[ModuleType] = [dags.deploy, dags.exam, dags.retrain, dags.rollback, dags.score, dags.search]
    found: dict[str, set[str]] = {}
    for module in made:
        kind = module.__name__.rpartition(".")[2]
        for model in _models():
            dag: Any = getattr(module, kind)(model)
            found.setdefault(kind, set()).update(task.task_id for task in dag.tasks)
    return {kind: frozenset(tasks) for kind, tasks in found.items()}


def _models() -> list[ModelConfig]:
    """Give models that between them have every optional task."""
    page = (ROOT / "docs" / "models.md").read_text()
    examples = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    found = [parse_model(text, "churn.yaml") for text in examples]
    whole = found[-1]
    return [*found, replace(whole, search=found[1].search, decline=replace(whole.decline, then="search"))]


@cache
def _fields() -> frozenset[str]:
    return frozenset(name for form in _FORMS for name in form.__dataclass_fields__)


@cache
def _members() -> frozenset[str]:
    """The operations of SageMaker and the members of the requests and descriptions of jobs."""
    model = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
    found = set(model.operation_names)
    for kind in ("TrainingJob", "TransformJob", "Model", "Endpoint"):
        for shape in (
            model.operation_model(f"Create{kind}").input_shape,
            model.operation_model(f"Describe{kind}").output_shape,
        ):
            found |= set(shape.members) if shape else set()
    return frozenset(found)


@cache
def _places() -> str:
    """Where things are in S3, as the glossary says."""
    page = (ROOT / "docs" / "glossary.md").read_text()
    return page[page.index("## Where things are in S3") :]
