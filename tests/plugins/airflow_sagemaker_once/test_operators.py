"""The operators in real DAG runs against the embedded AWS."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from airflow_sagemaker_once.operators import on_demand
from tests.support.onetask import result, run
from tests.support.trainings import names, request


@pytest.mark.parametrize("deferrable", [True, False], ids=["deferred", "in the worker"])
def test_it_waits_and_gives_a_small_result(airflow_db: None, client: Any, deferrable: bool) -> None:
    name = f"operator-{deferrable}"
    ended = run(request(name), deferrable=deferrable, records="s3://submit/records")
    assert ended.state == "success"
    given = result(ended)
    assert given["name"] == name
    assert given["action"] == "created"
    assert given["uri"] == f"s3://submit/out/{name}/output/model.tar.gz"
    assert len(json.dumps(given)) < 1000
    s3 = boto3.client("s3", endpoint_url=client.meta.endpoint_url)
    described = json.loads(s3.get_object(Bucket="submit", Key=f"records/{name}.description.json")["Body"].read())
    assert described["TrainingJobStatus"] == "Completed"
    tags = client.list_tags(ResourceArn=given["arn"])["Tags"]
    assert {"Key": "airflow-autopilot:task", "Value": "train"} in tags


def test_a_failed_job_fails_the_task(airflow_db: None, client: Any) -> None:
    ended = run(request("operator-broken", data="s3://submit/broken/"))
    assert ended.state == "failed"
    assert names(client, "operator-broken") == ["operator-broken"]


def test_metric_definitions_that_aws_refuses_are_left_out(airflow_db: None, client: Any) -> None:
    asked = request("operator-metrics")
    asked["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "validation:rmse", "Regex": "(.*)"}]
    assert run(asked).state == "success"


def test_a_refused_request_is_not_retried(airflow_db: None, client: Any) -> None:
    asked = request("operator-refused", StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120})
    ended = run(asked, retries=3, retry_delay=timedelta(0))
    (instance,) = ended.get_task_instances()
    assert (str(instance.state), instance.try_number) == ("failed", 1)


def test_on_demand_drops_what_only_spot_allows() -> None:
    spot = request(
        "s", EnableManagedSpotTraining=True, StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}
    )
    assert on_demand(spot)["EnableManagedSpotTraining"] is False
    assert on_demand(spot)["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}
