"""A whole retraining that fits the featurizer again, against the embedded AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dags.conftest import Tiny, returned, states

CUTOFF = "2024-02-01T00:00:00Z"


@pytest.fixture(scope="module")
def refitted(searched: Tiny) -> tuple[Any, set[str]]:
    """The run, and the jobs that it started."""
    before = set(searched.jobs())
    run = searched.run("tiny_retrain", CUTOFF, featurizer="refit")
    return run, set(searched.jobs()) - before


def test_the_featurizer_is_fitted_first_and_makes_all_features(searched: Tiny, refitted: Any) -> None:
    run, jobs = refitted
    assert run.state == "success"
    assert states(run)["search_again"] == "skipped"
    assert sorted(name.split("-")[1] for name in jobs) == ["featurize", "featurize", "fit", "predict", "train"]


def test_the_pipeline_has_the_new_artifacts_and_the_old_environments(searched: Tiny, refitted: Any) -> None:
    run, _ = refitted
    made = searched.sagemaker.describe_model(ModelName=returned(run, "create_model")["name"])
    fitted, trained = returned(run, "fit_featurizer")["uri"], returned(run, "train")["uri"]
    assert [one["ModelDataUrl"] for one in made["Containers"]] == [fitted, trained]
    before = searched.template().steps.model["Containers"]
    assert [one["Environment"] for one in made["Containers"]] == [one["Environment"] for one in before]


def test_training_data_went_through_the_model_without_the_serving_mode(searched: Tiny, refitted: Any) -> None:
    run, jobs = refitted
    name = returned(run, "create_featurizer")["name"]
    container = searched.sagemaker.describe_model(ModelName=name)["PrimaryContainer"]
    assert container["ModelDataUrl"] == returned(run, "fit_featurizer")["uri"]
    assert "AUTOML_TRANSFORM_MODE" not in container["Environment"]
    for job in (job for job in jobs if "-featurize-" in job):
        assert searched.sagemaker.describe_transform_job(TransformJobName=job)["ModelName"] == name


def test_it_learns_as_well_as_before(searched: Tiny, refitted: Any) -> None:
    report = json.loads(searched.read(returned(refitted[0], "report")["json"]))
    assert report["holdouts"]["sealed"]["metrics"]["R2"]["value"] > 0.7
    assert [job["step"] for job in report["jobs"]] == [
        *("fit_featurizer", "create_featurizer", "featurize", "featurize"),
        *("train", "create_model", "predict_holdout"),
    ]
