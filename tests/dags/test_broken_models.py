"""One broken model file stops one model: the others' DAGs and tasks do not notice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID
from airflow.serialization.serialized_objects import DagSerialization

from include.autopilot.settings import config, modelfiles
from tests.support.repository import ROOT
from tests.support.toy import YAML

# Kept before other tests of this folder put a model of their own in its place, for as long as all tests run.
LOAD_MODELS = config.load_models
DAGS = ["toy_backtest", "toy_exam", "toy_retrain", "toy_rollback", "toy_score", "toy_search"]


def named(name: str) -> str:
    """The good model under another name, with a folder of its own."""
    return YAML.replace("name: toy", f"name: {name}").replace("s3://toy-models/toy", f"s3://toy-models/{name}")


BROKEN = {
    "other": (named("other").replace("target: y", "targte: y"), "key 'targte' is not known"),
    "third": (named("third").replace("null", '"0 0 32 * *"'), "key 'schedule' is '0 0 32 "),
}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models: one good, two broken."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "toy.yaml").write_text(YAML)
    for name, (text, _) in BROKEN.items():
        (folder / f"{name}.yaml").write_text(text)
    monkeypatch.setattr(modelfiles, "files", lambda _: tmp_path)
    monkeypatch.setattr(config, "load_models", LOAD_MODELS)
    return folder


def bag(file: str = "") -> Any:
    return DagBag(dag_folder=str(ROOT / "dags" / file))


def test_the_good_models_dags_are_there_and_the_broken_ones_are_one_import_error_on_a_file_without_dags(
    models: Path,
) -> None:
    found = bag()
    assert sorted(found.dags) == DAGS
    (told,) = found.import_errors.items()
    assert told[0].endswith("broken_models.py")
    # Nothing but the sentences: no traceback that a person would have to read first.
    assert told[1].startswith("ConfigError: other.yaml: ")
    assert {line.removeprefix("ConfigError: ").partition(":")[0] for line in told[1].splitlines()} == {
        *(f"{name}.yaml" for name in BROKEN)
    }
    for name, (_, message) in BROKEN.items():
        assert f"{name}.yaml: {message}" in told[1]
    # What Airflow does next with a file's DAGs, and what once failed for all of them.
    for dag in found.dags.values():
        DagSerialization.from_dict(DagSerialization.to_dict(dag))


def test_the_import_error_goes_when_the_file_is_mended(models: Path) -> None:
    for name in BROKEN:
        (models / f"{name}.yaml").write_text(named(name))
    found = bag()
    assert not found.import_errors
    assert len(found.dags) == 3 * len(DAGS)


def test_a_task_reads_its_own_model_only(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, "toy_retrain")
    found = bag("retrain.py")
    assert (sorted(found.dags), found.import_errors) == (["toy_retrain"], {})


def test_a_task_of_the_broken_model_says_what_is_wrong_with_its_file(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, "other_retrain")
    found = bag("retrain.py")
    assert not found.dags
    (message,) = found.import_errors.values()
    assert "other.yaml: key 'targte' is not known. Remove it or correct its spelling" in message


def test_two_models_with_one_folder_have_no_dags_and_the_third_does_not_notice(models: Path) -> None:
    (models / "other.yaml").write_text(named("other"))
    (models / "third.yaml").write_text(named("third").replace("s3://toy-models/third", "s3://toy-models/toy/"))
    found = bag()
    assert sorted(found.dags) == [name.replace("toy", "other") for name in DAGS]
    (message,) = found.import_errors.values()
    assert "third.yaml: key 'root' is 's3://toy-models/toy', as in toy.yaml. Each would replace" in message
    assert "toy.yaml: key 'root' is 's3://toy-models/toy', as in third.yaml." in message


def test_two_models_with_one_queue_have_no_dags(models: Path) -> None:
    queue = "drops_queue_url: https://sqs.us-east-1.amazonaws.com/123456789012/drops\n"
    (models / "toy.yaml").write_text(YAML + queue)
    (models / "third.yaml").write_text(named("third") + queue)
    found = bag()
    assert not found.dags
    (message,) = found.import_errors.values()
    assert "third.yaml: key 'drops_queue_url' is" in message
    assert "toy.yaml: key 'drops_queue_url' is" in message


def test_a_task_that_runs_goes_on_when_a_copy_of_its_model_appears(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (models / "third.yaml").write_text(YAML.replace("name: toy", "name: third"))
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, "toy_retrain")
    assert sorted(bag("retrain.py").dags) == ["toy_retrain"]
