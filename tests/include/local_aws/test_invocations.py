"""InvokeEndpoint against real models: what an endpoint answers is what a batch transform writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.include.local_aws.endpoints import VARIANT, deploy, invoke, model_of
from tests.include.local_aws.jobs import ACCOUNT, REGION, Clients, client, csv, refused, table, until
from tests.include.local_aws.search.searches import Searched, predictions
from tests.include.local_aws.search.tables import classes, regression

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def endpoint(clients: Clients, model: str) -> Any:
    """An endpoint of one XGBoost container."""
    name = deploy(clients, model)
    yield name
    clients.sagemaker.delete_endpoint(EndpointName=name)


def _failed(clients: Clients, name: str, body: bytes, **more: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        invoke(clients, name, body, **more)
    told: dict[str, Any] = error.value.response
    return told


def test_two_containers_predict_as_a_transform_does(clients: Clients) -> None:
    data = regression()
    objective = {"MetricName": "MSE"}
    searched = Searched(clients, data, 1, ProblemType="Regression", AutoMLJobObjective=objective)
    containers = searched.best["InferenceContainers"]
    assert len(containers) == 2
    rows = b"\n".join(line.rpartition(b",")[0] for line in data.splitlines()[1:20])
    expected = [float(value) for value in predictions(clients, searched.bucket, containers, rows)]
    name = deploy(clients, model_of(clients, containers))
    try:
        body, answer = invoke(clients, name, rows)
        assert answer["ContentType"] == "text/csv"
        assert answer["InvokedProductionVariant"] == VARIANT
        assert [float(value) for value in body.decode().replace("\n", ",").strip(",").split(",")] == expected
        body, answer = invoke(clients, name, rows, Accept="application/json")
        assert answer["ContentType"] == "application/json"
        assert [row["score"] for row in json.loads(body)["predictions"]] == expected
        told = _failed(clients, name, b"1,2\n")  # the featurizer wants four columns
        assert told["OriginalStatusCode"] == 400
        assert told["Error"]["Message"].startswith('Received client error (400) from container-1 with message "')
    finally:
        clients.sagemaker.delete_endpoint(EndpointName=name)


def test_three_containers_answer_labels(clients: Clients) -> None:
    data = classes(("no, thanks", "yes"))
    searched = Searched(clients, data, 1)
    containers = searched.best["InferenceContainers"]
    assert len(containers) == 3
    rows = b"\n".join(b",".join(line.split(b",")[:2]) for line in data.splitlines()[1:20])
    expected = predictions(clients, searched.bucket, containers, rows)
    assert {value.strip('"') for value in expected} == {"no, thanks", "yes"}
    name = deploy(clients, model_of(clients, containers))
    try:
        assert invoke(clients, name, rows)[0].decode().splitlines() == expected
    finally:
        clients.sagemaker.delete_endpoint(EndpointName=name)


def test_plain_numbers_are_one_line_as_from_aws(clients: Clients, endpoint: str) -> None:
    body, _ = invoke(clients, endpoint, csv(table(5)[:, 1:]), CustomAttributes="trace=1", TargetVariant=VARIANT)
    values = [float(value) for value in body.decode().split(",")]
    assert len(values) == 5
    assert max(abs(got - real) for got, real in zip(values, table(5)[:, 0], strict=True)) < 4


def test_a_failing_container_is_a_model_error(clients: Clients, endpoint: str) -> None:
    told = _failed(clients, endpoint, csv(table(2)))  # one column too many
    assert told["Error"]["Code"] == "ModelError"
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert told["OriginalStatusCode"] == 400
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    assert told["LogStreamArn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    assert told["OriginalMessage"]
    assert told["Error"]["Message"] == (
        f'Received client error (400) from primary with message "{told["OriginalMessage"]}". See '
        f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group} in "
        f"account {ACCOUNT} for more information."
    )
    assert invoke(clients, endpoint, csv(table(1)[:, 1:]))[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ContentType": "image/png"}, "image/png"),
        ({"Accept": "image/png"}, "image/png is not an accepted Accept type"),
    ],
)
def test_types_the_container_does_not_know(clients: Clients, endpoint: str, more: dict[str, str], said: str) -> None:
    told = _failed(clients, endpoint, csv(table(1)[:, 1:]), **more)
    assert (told["Error"]["Code"], told["OriginalStatusCode"]) == ("ModelError", 400)
    assert said in told["OriginalMessage"]


def test_the_log_tells_what_the_container_said(clients: Clients, endpoint: str) -> None:
    said = _failed(clients, endpoint, b"a,b\n")["OriginalMessage"]
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    streams = clients.logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert len(streams) == 1
    stream = streams[0]["logStreamName"]
    assert stream.startswith(f"{VARIANT}/i-")

    def lines() -> list[str]:
        events = clients.logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        return [event["message"] for event in events]

    until(lambda: {"lines": lines()}, lambda found: f"primary: {said}" in found["lines"])
    assert lines()[0] == "Loading container primary"


def test_requests_are_limited_and_empty_ones_refused(clients: Clients, endpoint: str) -> None:
    told = _failed(clients, endpoint, b"1" * (6 * 1024 * 1024 + 1))
    assert told["Error"] == {
        "Code": "ValidationError",
        "Message": (
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less "
            "than or equal to 6291456"
        ),
    }
    assert _failed(clients, endpoint, b"")["Error"]["Code"] == "ModelError"


def test_what_does_not_serve_is_not_found(clients: Clients, endpoint: str) -> None:
    runtime = client(clients.url, "sagemaker-runtime")
    told = refused(runtime.invoke_endpoint, EndpointName="never-made", Body=b"1")
    assert told == ("ValidationError", f"Endpoint never-made of account {ACCOUNT} not found.")
    told = refused(runtime.invoke_endpoint, EndpointName=endpoint, Body=b"1", TargetVariant="other")
    assert told == ("ValidationError", "Variant other not found for Request")
    elsewhere = client(clients.url, "sagemaker-runtime", "eu-west-1")
    assert refused(elsewhere.invoke_endpoint, EndpointName=endpoint, Body=b"1")[0] == "ValidationError"


@pytest.mark.parametrize(
    ("operation", "more", "what"),
    [
        ("invoke_endpoint", {"Body": b"1", "TargetModel": "a.tar.gz"}, "InvokeEndpoint.TargetModel"),
        ("invoke_endpoint", {"Body": b"1", "SessionId": "NEW_SESSION"}, "InvokeEndpoint.SessionId"),
        ("invoke_endpoint_async", {"InputLocation": "s3://b/k"}, "The operation InvokeEndpointAsync"),
        (
            "invoke_endpoint_with_response_stream",
            {"Body": b"1"},
            "The operation InvokeEndpointWithResponseStream",
        ),
    ],
)
def test_what_is_not_done_is_refused_and_named(
    clients: Clients, endpoint: str, operation: str, more: dict[str, Any], what: str
) -> None:
    runtime = client(clients.url, "sagemaker-runtime")
    assert refused(getattr(runtime, operation), EndpointName=endpoint, **more) == (
        "NotImplementedException",
        f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )
