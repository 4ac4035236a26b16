"""The endpoint operators against the embedded AWS: real endpoints, in every state that a retry may find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_autopilot import errors
from airflow_autopilot.endpoints import AutopilotEndpointConfigOperator, AutopilotEndpointOperator
from tests.include.local_aws.conftest import clients, model, tables, trained
from tests.include.local_aws.endpoints import config, model_of, settled, variant
from tests.include.local_aws.jobs import XGBOOST, Clients, unique

__all__ = ["clients", "model", "tables", "trained"]  # fixtures
TAGS = [{"Key": "airflow-autopilot:model", "Value": "toy"}]
CONTEXT: Any = {
    "ti": SimpleNamespace(dag_id="d", run_id="r", task_id="t", map_index=-1, max_tries=0, try_number=1),
    "task": SimpleNamespace(retries=0),
}


@pytest.fixture
def name(clients: Clients) -> Iterator[str]:
    """An endpoint's name; the endpoint is gone afterwards."""
    made = unique("endpoint")
    yield made
    if any(one["EndpointName"] == made for one in clients.sagemaker.list_endpoints(MaxResults=100)["Endpoints"]):
        settled(clients, made)
        clients.sagemaker.delete_endpoint(EndpointName=made)


@pytest.fixture
def broken(clients: Clients, tables: str) -> str:
    """A configuration whose model's artifact is no archive."""
    clients.s3.put_object(Bucket=tables, Key="broken/model.tar.gz", Body=b"no archive")
    return config(
        clients, model_of(clients, [{"Image": XGBOOST, "ModelDataUrl": f"s3://{tables}/broken/model.tar.gz"}])
    )


def serve(name: str, using: str, **more: Any) -> dict[str, Any]:
    request = {"EndpointName": name, "EndpointConfigName": using, "Tags": TAGS}
    operator = AutopilotEndpointOperator(task_id="serve", config=request, deferrable=False, **more)
    return operator.execute(CONTEXT)


def test_it_creates_then_leaves_alone_then_updates(clients: Clients, model: str, name: str) -> None:
    first, second = config(clients, model), config(clients, model)
    created = serve(name, first)
    assert (created["name"], created["config"], created["action"]) == (name, first, "created")
    assert clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService"
    assert serve(name, first) == {**created, "action": "reused"}
    assert serve(name, second)["action"] == "updated"
    assert clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] == second


def test_an_update_under_way_is_waited_for(clients: Clients, model: str, name: str) -> None:
    first, second, third = (config(clients, model) for _ in range(3))
    serve(name, first)
    clients.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=second)
    assert serve(name, third)["action"] == "updated"
    assert clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] == third


def test_one_that_is_being_created_for_it_already_is_adopted(clients: Clients, model: str, name: str) -> None:
    using = config(clients, model)
    clients.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=using, Tags=TAGS)
    assert serve(name, using)["action"] == "reused"


def test_a_strangers_endpoint_stays_as_it_is(clients: Clients, model: str, name: str) -> None:
    theirs = config(clients, model)
    clients.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=theirs)
    with pytest.raises(errors.NameTaken, match="does not have the tag airflow-autopilot:model=toy, so it is somebody"):
        serve(name, config(clients, model))
    assert settled(clients, name)["EndpointConfigName"] == theirs


def test_an_endpoint_that_fails_is_told_with_what_to_do(clients: Clients, name: str, broken: str) -> None:
    for _ in range(2):  # a retry finds it Failed and says the same
        with pytest.raises(errors.JobFailed) as failed:
            serve(name, broken)
        assert f"The endpoint {name} is Failed" in str(failed.value)
        assert "delete it: SageMaker updates no failed endpoint. Then clear this task." in str(failed.value)


def test_an_update_that_fails_is_told_with_what_serves(clients: Clients, model: str, name: str, broken: str) -> None:
    good = config(clients, model)
    serve(name, good)
    with pytest.raises(errors.JobFailed, match=f"The endpoint {name} is Failed and serves {good}, not {broken}: "):
        serve(name, broken)


def test_waiting_has_an_end(clients: Clients, model: str, name: str) -> None:
    with pytest.raises(errors.DeadlinePassed, match=r"was not in service after 0:00:00. Look at its page in the"):
        serve(name, config(clients, model), time_limit=timedelta(0))


def test_a_configuration_is_made_once(clients: Clients, model: str) -> None:
    request = {"EndpointConfigName": unique("config"), "ProductionVariants": [variant(model)]}
    made = [AutopilotEndpointConfigOperator(task_id="c", config=dict(request)).execute(CONTEXT) for _ in range(2)]
    assert [one["action"] for one in made] == ["created", "reused"]
    assert made[0]["arn"] == made[1]["arn"]
    other = {**request, "ProductionVariants": [variant(model, InitialVariantWeight=0.5)]}
    with pytest.raises(errors.NameTaken, match="exists but was made for another request"):
        AutopilotEndpointConfigOperator(task_id="c", config=other).execute(CONTEXT)
