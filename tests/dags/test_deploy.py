"""The deploying DAG against the embedded AWS: a real endpoint of the champion, asked for real."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from scripts.iam import calls as listed
from tests.support.championed import championed, new_rows
from tests.support.tiny import Tiny, returned

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def deployed(searched: Tiny) -> Iterator[Tiny]:
    with championed(searched, "deploy", "score", deploy="endpoint") as tiny:
        yield tiny
        if any(one["EndpointName"] == "tiny" for one in tiny.sagemaker.list_endpoints()["Endpoints"]):
            tiny.sagemaker.delete_endpoint(EndpointName="tiny")


def answers(tiny: Tiny, rows: list[list[str]]) -> list[str]:
    """What the endpoint says to rows of features."""
    runtime = boto3.client("sagemaker-runtime", endpoint_url=tiny.endpoint)
    body = io.StringIO()
    csv.writer(body, lineterminator="\n").writerows(rows)
    told = runtime.invoke_endpoint(EndpointName="tiny", ContentType="text/csv", Body=body.getvalue().encode())
    text: str = told["Body"].read().decode()
    return text.replace("\n", ",").strip(",").split(",")


@pytest.fixture(scope="module")
def first(deployed: Tiny) -> Any:
    run = deployed.run("tiny_deploy")
    assert run.state == "success"
    return run


def test_the_endpoint_answers_with_the_numbers_of_the_batch_transform(deployed: Tiny, first: Any) -> None:
    assert returned(first, "update_endpoint")["action"] == "created"
    rows = new_rows(9000, 20)
    deployed.put("served/endpoint.csv", rows)
    run = deployed.run("tiny_score", input="s3://tiny-models/tiny/served/endpoint.csv")
    (uri,) = returned(run, "join")["predictions"]
    batch = [row["prediction"] for row in csv.DictReader(io.StringIO(deployed.read(uri).decode()))]
    columns = list(deployed.template().schema.features)
    assert answers(deployed, rows[columns].astype(str).to_numpy().tolist()) == batch


def test_what_it_asks_of_aws_is_in_the_list_that_the_policies_are_made_of(
    deployed: Tiny, first: Any, calls: dict[str, set[str]]
) -> None:
    assert calls["tiny_deploy"] | calls.get("tiny_score", set()) <= set(listed())
    assert "sagemaker.CreateEndpoint endpoint/${Model}" in calls["tiny_deploy"]


def test_deploying_again_changes_nothing(deployed: Tiny, first: Any) -> None:
    before = deployed.sagemaker.describe_endpoint(EndpointName="tiny")
    run = deployed.run("tiny_deploy")
    assert returned(run, "update_endpoint") == {**returned(first, "update_endpoint"), "action": "reused"}
    assert returned(run, "configure")["action"] == "reused"
    assert deployed.sagemaker.describe_endpoint(EndpointName="tiny")["LastModifiedTime"] == before["LastModifiedTime"]
