"""A whole run that fits the featurizer again (test_classification.py has one of three containers), and what would
happen if the featurizer's two models were confused.
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from include.local_aws.runtimes.recordio import read_records
from tests.support.tiny import Tiny, returned, states

pytestmark = pytest.mark.whole

RECORDIO = "application/x-recordio-protobuf"


@pytest.fixture(scope="module")
def refitted(searched: Tiny) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        # Both drops need features, and Airflow maps a task over one value only.
        patch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "1")
        run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z", featurizer="refit")
    assert run.state == "success"
    return run


def test_more_drops_than_airflow_maps_a_task_over_share_a_task(refitted: Any) -> None:
    (batch,) = returned(refitted, "featurize")
    assert [job["name"].split("-")[2] for job in batch] == ["20240101", "20240201"]


def test_both_containers_of_a_regression_have_new_artifacts(searched: Tiny, refitted: Any) -> None:
    fitted, trained = (returned(refitted, task)["uri"] for task in ("fit_featurizer", "train"))
    made = searched.sagemaker.describe_model(ModelName=returned(refitted, "create_model")["name"])
    assert [container["ModelDataUrl"] for container in made["Containers"]] == [fitted, trained]
    before = [container["ModelDataUrl"] for container in searched.template().steps.model["Containers"]]
    assert not {fitted, trained} & set(before)
    assert "search_again" not in {task for task, state in states(refitted).items() if state == "success"}


def test_the_featurizer_is_fitted_on_the_training_rows_of_the_run(searched: Tiny, refitted: Any) -> None:
    name = returned(refitted, "fit_featurizer")["name"]
    fit = searched.sagemaker.describe_training_job(TrainingJobName=name)
    sources = {one["ChannelName"]: one["DataSource"]["S3DataSource"] for one in fit["InputDataConfig"]}
    assert sources["train"]["S3DataType"] == "ManifestFile"
    listed = searched.read(sources["train"]["S3Uri"]).decode()
    assert listed.count("/train/chunk_0.csv") == 2  # of both drops
    assert "validation" not in listed
    assert "generated_module" in sources["code"]["S3Uri"]


def test_training_data_goes_through_the_interim_model(searched: Tiny, refitted: Any) -> None:
    interim = returned(refitted, "create_featurizer")["name"]
    model = searched.sagemaker.describe_model(ModelName=interim)
    assert model["PrimaryContainer"]["ModelDataUrl"] == returned(refitted, "fit_featurizer")["uri"]
    assert (
        model["PrimaryContainer"]["Environment"]
        == searched.template().steps.featurizer["PrimaryContainer"]["Environment"]
    )
    for job in returned(refitted, "featurize")[0]:
        described = searched.sagemaker.describe_transform_job(TransformJobName=job["name"])
        assert described["ModelName"] == interim
        # What another featurizer made is not shared with other runs.
        assert f"/runs/{returned(refitted, 'prepare')['key']}/features/" in job["uri"]


def test_it_learns_as_well_as_before(searched: Tiny, refitted: Any) -> None:
    report = json.loads(searched.read(returned(refitted, "report")["json"]))
    assert report["holdouts"]["sealed"]["metrics"]["R2"]["value"] > 0.7
    # Tests of another file may have left a champion, who then answers and sits exams beside it.
    beside = {"create_champion", "predict_champion", "create_examinee", "sit_exam"}
    own = [job["step"] for job in report["jobs"] if job["step"] not in beside]
    assert own == [
        *("fit_featurizer", "create_featurizer", "featurize", "featurize"),
        *("train", "create_model", "predict"),
    ]


def featurized(searched: Tiny, name: str, container: dict[str, Any]) -> tuple[Any, Any, np.ndarray]:
    """Featurize a drop's training rows with a container; gives features, labels and the rows' own targets."""
    (rows, *_) = [key for key in searched.keys("s3://tiny-models/tiny/prepared/") if key.endswith("/train/chunk_0.csv")]
    template = searched.template()
    role = template.steps.featurizer["ExecutionRoleArn"]
    searched.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role)
    searched.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=name,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": rows}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://tiny-models/{name}", "Accept": RECORDIO, "AssembleWith": "None"},
        TransformResources={"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
    )
    while (ended := searched.sagemaker.describe_transform_job(TransformJobName=name))["TransformJobStatus"] in (
        "InProgress",
        "Stopping",
    ):
        time.sleep(0.1)
    assert ended["TransformJobStatus"] == "Completed", ended
    (out,) = searched.keys(f"s3://tiny-models/{name}")
    features, labels = read_records(searched.read(out))
    dense = features.toarray() if hasattr(features, "toarray") else features
    place = template.schema.columns.index("y")
    lines = searched.read(rows).decode().splitlines()
    return dense, labels, np.array([float(line.split(",")[place]) for line in lines], dtype=np.float32)


def test_the_serving_container_would_show_the_target_to_the_training_and_say_nothing(
    searched: Tiny, refitted: Any
) -> None:
    """Why reuse and refit refuse it: the job is Completed, and the answer is feature 0 of every record."""
    right = searched.template().steps.featurizer["PrimaryContainer"]
    wrong = searched.template().steps.model["Containers"][0]
    assert right["ModelDataUrl"] == wrong["ModelDataUrl"]
    features, labels, targets = featurized(searched, "passes-the-label-on", right)
    assert labels == pytest.approx(targets)
    leaked, no_labels, _ = featurized(searched, "makes-it-a-feature", wrong)
    assert no_labels is None
    assert leaked.shape[1] == features.shape[1] + 1
    assert leaked[:, 0] == pytest.approx(targets)
    assert leaked[:, 1:] == pytest.approx(features)


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_such_a_model_is_refused_before_the_first_paid_job(searched: Tiny, refitted: Any, featurizer: str) -> None:
    """Somebody made the featurizer's model anew, under its old name, from the serving container."""
    template, name = searched.template(), searched.template().steps.featurize["ModelName"]
    model = template.steps.featurizer
    before = searched.jobs()
    searched.sagemaker.delete_model(ModelName=name)
    try:
        searched.sagemaker.create_model(
            ModelName=name,
            PrimaryContainer=template.steps.model["Containers"][0],
            ExecutionRoleArn=model["ExecutionRoleArn"],
        )
        run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z", featurizer=featurizer)
    finally:
        searched.sagemaker.delete_model(ModelName=name)
        searched.sagemaker.create_model(**{**model, "ModelName": name})
    assert states(run)["prepare"] == "failed"
    assert states(run)["train"] == "upstream_failed"
    assert searched.jobs() == before
