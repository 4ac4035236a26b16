"""Answers of an ensemble, as the container gives them with the environment of a candidate."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.local_aws.runtimes import AlgorithmError, ClientError, container_for
from include.local_aws.runtimes.autogluon.serving import CONTAINER
from tests.include.local_aws.runtimes.autogluon.tables import rows, trained, written
from tests.support.optml import OptMl

URI = "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-inference:0.4.3-cpu-py38-ubuntu20.04"
PLACE = {
    "SAGEMAKER_PROGRAM": "tabular_serve.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_BATCH": "true",
}
SUPPORTED = "predicted_label,probability,probabilities,labels"


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(OptMl(tmp_path_factory.mktemp("numbers") / "opt" / "ml"))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # By count "yes" comes first, by name "no".
    return trained(OptMl(tmp_path_factory.mktemp("two") / "opt" / "ml"), ("yes", "no"))


def asked(folder: Path, table: list[list[str]], output: str | None = None, **more: str) -> Iterator[list[str]]:
    selected = {"SAGEMAKER_INFERENCE_SUPPORTED": SUPPORTED}
    selected |= {"SAGEMAKER_INFERENCE_OUTPUT": output} if output else {}
    servant = CONTAINER.load(folder, {**PLACE, **selected, **more})
    body, content_type = servant.invoke(written([row[1:] for row in table]), "text/csv", None)
    assert content_type == "text/csv"
    return csv.reader(io.StringIO(body.decode()))


def test_numbers(numbers: Path) -> None:
    table = rows(30, 3)
    answers = [float(row[0]) for row in asked(numbers, table, "predicted_label")]
    errors = [(answer - float(row[0])) ** 2 for answer, row in zip(answers, table, strict=True)]
    assert sum(errors) / len(errors) < 1


def test_labels_are_texts_and_the_default(two: Path) -> None:
    table = rows(60, 3, ("yes", "no"))
    answers = [row[0] for row in asked(two, table)]
    assert sum(answer == row[0] for answer, row in zip(answers, table, strict=True)) > 50


def test_probability_is_that_of_the_predicted_label(two: Path) -> None:
    answers = list(asked(two, rows(60, 3, ("yes", "no")), "predicted_label, probability,probabilities,labels"))
    assert {row[0] for row in answers} == {"yes", "no"}
    for label, probability, probabilities, labels in answers:
        assert labels == "['no', 'yes']"
        chances = dict(zip(("no", "yes"), json.loads(probabilities), strict=True))
        assert float(probability) == chances[label] == max(chances.values())
        assert sum(chances.values()) == pytest.approx(1)


def test_json_lines(two: Path) -> None:
    servant = CONTAINER.load(two, {**PLACE, "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,labels"})
    body, _ = servant.invoke(written([rows(1, 3)[0][1:]]), "text/csv", "application/jsonlines")
    assert json.loads(body)["labels"] == ["no", "yes"]


def test_a_header_gets_a_prediction_too(numbers: Path) -> None:
    header = ["y", "a", "colour", "note", "key"]
    assert len(list(asked(numbers, [header, *rows(2, 3)], "predicted_label"))) == 3


def test_what_it_refuses(numbers: Path, tmp_path: Path) -> None:
    servant = CONTAINER.load(numbers, {**PLACE, "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"})
    with pytest.raises(ClientError, match="the data has 5 columns, the model was trained on 4 features"):
        servant.invoke(written(rows(2, 3)), "text/csv", None)
    with pytest.raises(ClientError, match="Content type application/json is not supported: send text/csv"):
        servant.invoke(b"{}", "application/json", None)
    with pytest.raises(ClientError, match="'probability' is not available; with an ensemble's regressor"):
        list(asked(numbers, rows(1, 3), "probability"))
    with pytest.raises(ClientError, match=r"the model artifact has no serving program tabular_serve\.py"):
        CONTAINER.load(tmp_path, PLACE)
    with pytest.raises(ClientError, match=r"no serving program sagemaker_serve\.py"):
        CONTAINER.load(numbers, {})  # an environment that was left out
    (tmp_path / "ensemble.joblib").write_bytes((numbers / "ensemble.joblib").read_bytes())
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "tabular_serve.py").write_text((numbers / "code" / "tabular_serve.py").read_text())
    with pytest.raises(AlgorithmError, match=r"the model artifact has no model\.joblib"):
        CONTAINER.load(tmp_path, PLACE)
    (tmp_path / "ensemble.joblib").unlink()
    with pytest.raises(ClientError, match=r"the model artifact has no ensemble\.joblib"):
        CONTAINER.load(tmp_path, PLACE)


def test_the_image_does_one_thing(tmp_path: Path) -> None:
    assert container_for(URI) is CONTAINER
    with pytest.raises(ClientError, match="does not train: use autogluon-training"):
        container_for(URI).train(tmp_path)
    with pytest.raises(ClientError, match="not processing jobs"):
        container_for(URI).process(tmp_path)
