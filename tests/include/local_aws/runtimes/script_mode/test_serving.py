"""Models that a script serves: in endpoints, in batch transforms, in chains."""

from __future__ import annotations

import io
import json
import pickle
from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.linear_model import LinearRegression

from tests.include.local_aws import endpoints
from tests.include.local_aws.endpoints import deploy, invoke, model_of
from tests.include.local_aws.jobs import XGBOOST, Clients, finished, refused, table, transform, unique
from tests.include.local_aws.scripts import SKLEARN, body_at, packed, put_code

LOAD = "import os, pickle\ndef model_fn(model_dir):\n    return pickle.load(open(os.path.join(model_dir, 'm'), 'rb'))\n"
# All four functions, each leaving its mark.
OWN = (
    LOAD
    + "import json\n"
    + "def input_fn(body, content_type):\n    assert isinstance(body, str), type(body)\n"
    + "    return [[float(cell) for cell in row.split(';')] for row in body.split()]\n"
    + "def predict_fn(data, model):\n    return model.predict(data) + 1000\n"
    + "def output_fn(prediction, accept):\n"
    + "    return json.dumps({'rows': list(prediction), 'who': os.environ['WHO'], 'accept': accept}), 'application/x'\n"
)


@pytest.fixture(scope="module")
def linear() -> LinearRegression:
    rows = table(50)
    return LinearRegression().fit(rows[:, 1:], rows[:, 0])


def _container(
    clients: Clients, bucket: str, model: Any, script: str = LOAD, image: str = SKLEARN, **variables: str
) -> dict[str, Any]:
    """Put an artifact with its code in `code/` into a bucket; answers a container of it."""
    key = f"{unique('model')}/model.tar.gz"
    files = {"m": pickle.dumps(model), "code/serve.py": script}
    clients.s3.put_object(Bucket=bucket, Key=key, Body=packed(files))
    environment = {"SAGEMAKER_PROGRAM": "serve.py", **variables}
    return {"Image": image, "ModelDataUrl": f"s3://{bucket}/{key}", "Environment": environment}


@pytest.fixture(scope="module")
def endpoint(clients: Clients, tables: str, linear: LinearRegression) -> str:
    return deploy(clients, model_of(clients, [_container(clients, tables, linear)]))


ROWS = np.array([[1, 2, 3, 4], [0.5, 0, -1, 2]], dtype=np.float32)
CSV = b"1,2,3,4\n0.5,0,-1,2\n"


def _npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", CSV),
        ("application/json", json.dumps(ROWS.tolist()).encode()),
        ("application/x-npy", _npy(ROWS)),
    ],
)
def test_an_endpoint_reads_and_writes_three_formats(
    clients: Clients, endpoint: str, linear: LinearRegression, content_type: str, body: bytes
) -> None:
    expected = linear.predict(ROWS)
    answer, about = invoke(clients, endpoint, body, ContentType=content_type)
    assert about["ContentType"] == "application/json"  # what it answers in unless it is asked for another
    assert np.allclose(json.loads(answer), expected)
    answer, _ = invoke(clients, endpoint, body, ContentType=content_type, Accept="text/csv")
    assert np.allclose([float(line) for line in answer.split()], expected)
    answer, _ = invoke(clients, endpoint, body, ContentType=content_type, Accept="application/x-npy")
    assert np.allclose(np.load(io.BytesIO(answer)), expected)


def test_one_row_of_csv_is_a_table(clients: Clients, endpoint: str, linear: LinearRegression) -> None:
    answer, _ = invoke(clients, endpoint, b"1,2,3,4")
    assert np.allclose(json.loads(answer), linear.predict(ROWS[:1]))


@pytest.mark.parametrize(
    ("body", "more", "told"),
    [
        (CSV, {"ContentType": "text/x-other"}, "Content type text/x-other is not supported by this framework."),
        (CSV, {"Accept": "image/png"}, "Content type image/png is not supported by this framework."),
        (b"[1, 2", {"ContentType": "application/json"}, "Error while decoding application/json: "),
        (b"\x93NUMPY", {"ContentType": "application/x-npy"}, "Error while decoding application/x-npy: "),
        (b"1,2\n", {}, "ValueError: X has 2 features, but LinearRegression is expecting 4 features"),
    ],
)
def test_what_cannot_be_answered_is_an_error_and_the_endpoint_goes_on(
    clients: Clients, endpoint: str, body: bytes, more: dict[str, str], told: str
) -> None:
    runtime = endpoints.client(clients.url, "sagemaker-runtime", retries={"max_attempts": 1})
    given = {"ContentType": "text/csv", **more}
    code, message = refused(runtime.invoke_endpoint, EndpointName=endpoint, Body=body, **given)
    assert code == "ModelError"
    assert told in message
    assert invoke(clients, endpoint, CSV)


def test_functions_of_the_scripts_own_and_code_from_s3(clients: Clients, tables: str, linear: LinearRegression) -> None:
    code = put_code(clients, tables, {"deep/mine.py": OWN})
    variables = {"SAGEMAKER_PROGRAM": "deep/mine.py", "SAGEMAKER_SUBMIT_DIRECTORY": code, "WHO": "me"}
    container = _container(clients, tables, linear, "raise SystemExit('the wrong code')", **variables)
    name = deploy(clients, model_of(clients, [container]))
    answer, about = invoke(clients, name, b"1;2;3;4", Accept="text/csv")
    told = json.loads(answer)
    assert np.allclose(told["rows"], linear.predict(ROWS[:1]) + 1000)
    assert (told["who"], told["accept"], about["ContentType"]) == ("me", "text/csv", "application/x")


def test_a_batch_transform(clients: Clients, tables: str, linear: LinearRegression) -> None:
    name = unique("script")
    model = model_of(clients, [_container(clients, tables, linear)])
    clients.sagemaker.create_transform_job(**transform(tables, name, model, "holdout/b.csv"))
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Completed", described
    rows = np.loadtxt(io.BytesIO(body_at(clients, f"s3://{tables}/holdout/b.csv")), delimiter=",")
    told = body_at(clients, f"s3://{tables}/predictions/{name}/b.csv.out").split()
    assert np.allclose([float(line) for line in told], linear.predict(rows), atol=1e-4)


def test_a_transform_ends_with_what_the_script_raised(clients: Clients, tables: str) -> None:
    name = unique("script")
    script = LOAD + "def predict_fn(data, model):\n    raise KeyError('no such column')\n"
    model = model_of(clients, [_container(clients, tables, None, script)])
    clients.sagemaker.create_transform_job(**transform(tables, name, model))
    described = finished(clients.sagemaker, "Transform", name)
    assert described["FailureReason"] == "AlgorithmError: KeyError: 'no such column', exit code: 1"


def test_scripts_of_one_name_are_apart_in_a_chain(clients: Clients, tables: str, linear: LinearRegression) -> None:
    doubled = LOAD + "def predict_fn(data, model):\n    return data * 2\n"
    first = _container(clients, tables, None, doubled, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv")
    name = deploy(clients, model_of(clients, [first, _container(clients, tables, linear)]))
    answer, _ = invoke(clients, name, CSV)
    assert np.allclose(json.loads(answer), linear.predict(ROWS * 2))


def test_a_script_in_the_xgboost_image_gets_a_matrix(clients: Clients, tables: str) -> None:
    rows = table(50)
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(rows[:, 1:], rows[:, 0]), 3)
    name = deploy(clients, model_of(clients, [_container(clients, tables, booster, image=XGBOOST)]))
    expected = booster.predict(xgboost.DMatrix(ROWS))
    for content_type, body in (("text/csv", CSV), ("text/libsvm", b"0:1 1:2 2:3 3:4\n0:0.5 1:0 2:-1 3:2\n")):
        answer, _ = invoke(clients, name, body, ContentType=content_type)
        assert np.allclose(json.loads(answer), expected)


@pytest.mark.parametrize(
    ("script", "variables", "told"),
    [
        ("x = 1\n", {}, "NotImplementedError: Please provide a model_fn implementation."),
        (LOAD, {"SAGEMAKER_PROGRAM": "gone.py"}, "there is no Python file 'gone.py' to serve with"),
        ("import os\ndef model_fn(_):\n    os._exit(9)\n", {}, "the script's process has ended, exit code: 9"),
        (LOAD + "def transform_fn(*_):\n    pass\ndef input_fn(*_):\n    pass\n", {}, "Cannot use transform_fn"),
    ],
)
def test_a_container_that_does_not_come_up_fails_the_transform(
    clients: Clients, tables: str, script: str, variables: dict[str, str], told: str
) -> None:
    name = unique("script")
    model = model_of(clients, [_container(clients, tables, None, script, **variables)])
    clients.sagemaker.create_transform_job(**transform(tables, name, model))
    assert told in finished(clients.sagemaker, "Transform", name)["FailureReason"]
