from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from include.local_aws.runtimes import AlgorithmError, ClientError, Servant, container_for
from include.local_aws.runtimes.recordio import read_records
from include.local_aws.runtimes.sklearn_automl.label_encoders import RobustLabelEncoder
from include.local_aws.runtimes.sklearn_automl.table import parse_cells
from include.local_aws.search.columns import Columns
from include.local_aws.search.generated_module import generated_files
from include.local_aws.search.processors import PROCESSORS
from tests.include.local_aws.runtimes.sklearn_automl.tables import as_csv, columns, fitted, table

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-sklearn-automl:2.5-1-cpu-py3"
RECORDIO = "application/x-recordio-protobuf"
NEW = {"SAGEMAKER_PROGRAM": "sagemaker_serve", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
OF_2020 = {
    "SAGEMAKER_PROGRAM": "sagemaker_serve",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/sagemaker_serve.py",
}
FEATURES = {**NEW, "AUTOML_TRANSFORM_MODE": "feature-transform"}
LABELS = {**NEW, "AUTOML_TRANSFORM_MODE": "inverse-label-transform"}


def _artifact(folder: Path, labels: RobustLabelEncoder | None = None) -> Path:
    fitted(labels=labels).save(folder)
    found: Columns = columns()
    (folder / "code").mkdir()
    serve = generated_files("job", found, PROCESSORS)["candidate_data_processors/sagemaker_serve.py"]
    (folder / "code" / "sagemaker_serve.py").write_text(serve)
    return folder


def load(model_dir: Path, **environment: str) -> Servant:
    return container_for(IMAGE).load(model_dir, environment)


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    return _artifact(tmp_path)


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    return _artifact(tmp_path, RobustLabelEncoder(["no"], "yes", include_unseen_class=True))


def test_training_data_keep_their_label_in_front(artifact: Path) -> None:
    body, kind = load(artifact, **NEW).invoke(as_csv(table()), "text/csv", "text/csv")
    assert kind == "text/csv"
    cells = parse_cells(body, "x")
    np.testing.assert_allclose(cells[:, 0].astype(float), table()[:, 0].astype(float))
    assert cells.shape[1] == 1 + fitted().transform(table())[0].shape[1]


def test_training_data_as_recordio_dense_and_sparse(artifact: Path) -> None:
    expected, labels = fitted().transform(table())
    dense = load(artifact, **NEW, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=RECORDIO)
    body, kind = dense.invoke(as_csv(table()), "text/csv;charset=utf-8", None)
    matrix, read = read_records(body)
    assert kind == RECORDIO
    assert labels is not None
    np.testing.assert_allclose(read, labels.astype(np.float32))
    np.testing.assert_allclose(matrix, np.asarray(expected), rtol=1e-6)
    environment = NEW | {"AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1"}
    sparse_body, _ = load(artifact, **environment).invoke(as_csv(table()), "text/csv", RECORDIO)
    sparse_matrix, _ = read_records(sparse_body)
    assert (sparse_matrix.toarray() == 0).sum() > 0
    np.testing.assert_allclose(sparse_matrix.toarray(), matrix)


def test_inference_gets_features_only(artifact: Path) -> None:
    servant = load(artifact, **FEATURES)
    body, _ = servant.invoke(as_csv(table()[:, 1:]), "text/csv", RECORDIO)
    matrix, labels = read_records(body)
    assert labels is None
    assert matrix.shape[1] == fitted().transform(table())[0].shape[1]
    assert servant.execution_parameters()["MaxPayloadInMB"] == 1
    assert load(artifact, **NEW).execution_parameters()["MaxPayloadInMB"] == 6


def test_inference_with_the_target_makes_a_feature_of_it_as_autopilot_does(artifact: Path) -> None:
    body, _ = load(artifact, **FEATURES).invoke(as_csv(table()), "text/csv", RECORDIO)
    matrix, labels = read_records(body)
    assert labels is None
    np.testing.assert_allclose(matrix[:, 0], table()[:, 0].astype(np.float32))


def test_the_layout_of_2020(artifact: Path) -> None:
    shutil.move(artifact / "code" / "sagemaker_serve.py", artifact / "sagemaker_serve.py")
    with pytest.raises(ClientError, match=r"no serving program sagemaker_serve\.py"):
        load(artifact, **NEW)
    body, _ = load(artifact, **OF_2020).invoke(as_csv(table()), "text/csv", "text/csv")
    assert len(body.splitlines()) == len(table())


@pytest.mark.parametrize("submitted", ["/opt/ml/model/../../etc", "/tmp/code", "/opt/ml/model/other"])  # noqa: S108
def test_a_program_elsewhere_is_refused(artifact: Path, submitted: str) -> None:
    with pytest.raises(ClientError):
        load(artifact, SAGEMAKER_SUBMIT_DIRECTORY=submitted)


def test_a_program_that_fails_is_the_artifacts_fault(artifact: Path) -> None:
    (artifact / "code" / "sagemaker_serve.py").write_text("import no_such_module")
    with pytest.raises(AlgorithmError, match="no_such_module"):
        load(artifact, **NEW)


def test_an_unknown_mode_is_refused(artifact: Path) -> None:
    with pytest.raises(ClientError, match="it can be absent, feature-transform or inverse-label-transform"):
        load(artifact, **NEW, AUTOML_TRANSFORM_MODE="features")


@pytest.mark.parametrize(
    ("sent", "accepted", "message"),
    [("application/json", "text/csv", "Content type"), ("text/csv", "application/json", "Accept type")],
)
def test_other_formats_are_refused(artifact: Path, sent: str, accepted: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        load(artifact, **NEW).invoke(as_csv(table()), sent, accepted)


def test_class_numbers_become_labels(binary: Path) -> None:
    body, kind = load(binary, **LABELS).invoke(b"0\n1\n0.7\n0.2\n", "text/csv", None)
    assert (body, kind) == (b"no\nyes\nyes\nno\n", "text/csv")


def test_probabilities_become_labels(binary: Path) -> None:
    body, _ = load(binary, **LABELS).invoke(b"0.9,0.1\n0.2,0.8\n", "text/csv", "text/csv")
    assert body == b"no\nyes\n"


def test_what_is_answered_can_be_chosen(binary: Path) -> None:
    chosen = {
        "SAGEMAKER_INFERENCE_INPUT": "predicted_label,probability",
        "SAGEMAKER_INFERENCE_OUTPUT": "probability,predicted_label,labels",
    }
    body, _ = load(binary, **LABELS, **chosen).invoke(b"1,0.8\n0,0.7\n", "text/csv", "text/csv")
    assert parse_cells(body, "x").tolist() == [["0.8", "yes", '["no", "yes"]'], ["0.7", "no", '["no", "yes"]']]


@pytest.mark.parametrize(
    ("environment", "body", "message"),
    [
        ({"SAGEMAKER_INFERENCE_INPUT": "class"}, b"1\n", "names class"),
        (
            {"SAGEMAKER_INFERENCE_INPUT": "probability", "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"},
            b"1\n",
            "asks for predicted_label",
        ),
        ({"SAGEMAKER_INFERENCE_INPUT": "predicted_label"}, b"1,2\n", "names 1 columns, the data has 2"),
        ({}, b"no\n", "not a number"),
    ],
)
def test_labels_that_cannot_be(binary: Path, environment: dict[str, str], body: bytes, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        load(binary, **LABELS, **environment).invoke(body, "text/csv", "text/csv")


def test_a_regression_has_no_labels(artifact: Path) -> None:
    with pytest.raises(ClientError, match="one of a regression"):
        load(artifact, **LABELS)
