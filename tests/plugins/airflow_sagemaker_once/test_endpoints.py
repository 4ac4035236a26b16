"""The endpoint operators against the embedded AWS: real endpoints, in every state that a retry may find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from botocore.exceptions import ClientError

from airflow_sagemaker_once import endpoints, errors
from airflow_sagemaker_once.endpoints import AutopilotEndpointConfigOperator, AutopilotEndpointOperator
from tests.include.local_aws.endpoints import config, model_of, settled, variant
from tests.include.local_aws.jobs import XGBOOST, Clients, unique

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


def test_a_config_may_be_rendered_from_templates(clients: Clients, model: str, name: str) -> None:
    using = {"EndpointConfigName": unique("config"), "ProductionVariants": [variant(model)]}
    using["ProductionVariants"][0]["InitialInstanceCount"] = "1"
    for config_ in (using, json.dumps(using), str(using)):
        made = AutopilotEndpointConfigOperator(task_id="config", config=config_).execute(CONTEXT)
        assert made["name"] == using["EndpointConfigName"]
    assert made["action"] == "reused"
    request = {"EndpointName": name, "EndpointConfigName": made["name"], "Tags": TAGS}
    operator = AutopilotEndpointOperator(task_id="serve", config=json.dumps(request), deferrable=False)
    assert operator.execute(CONTEXT)["action"] == "created"


def test_model_and_configuration_may_be_made_first(clients: Clients, model: str, name: str) -> None:
    described = clients.sagemaker.describe_model(ModelName=model)
    mine, using = unique("model"), unique("config")
    request = {
        "Model": {
            "ModelName": mine,
            "PrimaryContainer": {key: described["PrimaryContainer"][key] for key in ("Image", "ModelDataUrl")},
            "ExecutionRoleArn": described["ExecutionRoleArn"],
        },
        "EndpointConfig": {
            "EndpointConfigName": using,
            "ProductionVariants": [{**variant(mine), "InitialInstanceCount": "1"}],
        },
        "Endpoint": {"EndpointName": name, "EndpointConfigName": using, "Tags": TAGS},
    }
    for action in ("created", "reused"):
        operator = AutopilotEndpointOperator(task_id="serve", config=request, deferrable=False)
        done = operator.execute(CONTEXT)
        assert (done["name"], done["config"], done["action"]) == (name, using, action)
    assert request["Model"]["ModelName"] == mine


@pytest.mark.parametrize(
    ("config_", "message"),
    [
        ({"EndpointName": "x"}, "The operator's config has no EndpointConfigName. Name what it shall serve."),
        ({"Endpoint": {"EndpointConfigName": "x"}}, r"The operator's config\['Endpoint'\] has no EndpointName."),
        ("hello", r"not a Create request\. Give a mapping"),
    ],
)
def test_what_names_nothing_is_refused(clients: Clients, config_: Any, message: str) -> None:
    with pytest.raises(errors.RequestRefused, match=message):
        AutopilotEndpointOperator(task_id="serve", config=config_, deferrable=False).execute(CONTEXT)


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


def test_an_endpoint_that_fails_is_told_and_not_tried_again(clients: Clients, name: str, broken: str) -> None:
    with pytest.raises(errors.JobFailed) as failed:
        serve(name, broken)
    assert isinstance(failed.value, AirflowFailException)
    assert f"The endpoint {name} is Failed" in str(failed.value)
    assert "The next deployment deletes a Failed endpoint and makes it again." in str(failed.value)


def test_the_next_deployment_heals_a_failed_endpoint(clients: Clients, model: str, name: str, broken: str) -> None:
    with pytest.raises(errors.JobFailed):
        serve(name, broken)
    good = config(clients, model)
    healed = serve(name, good)
    assert (healed["config"], healed["action"]) == (good, "recreated")
    found = clients.sagemaker.describe_endpoint(EndpointName=name)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", good)
    # The tag is there again, so the deployment after that one finds its own.
    assert serve(name, config(clients, model))["action"] == "updated"


def test_the_same_broken_model_fails_again_and_says_so(clients: Clients, name: str, broken: str) -> None:
    for _ in range(2):
        with pytest.raises(errors.EndpointFailed, match=f"The endpoint {name} is Failed"):
            serve(name, broken)


def test_an_update_that_fails_is_told_with_what_serves_and_healed_by_the_next(
    clients: Clients, model: str, name: str, broken: str
) -> None:
    good = config(clients, model)
    serve(name, good)
    with pytest.raises(errors.EndpointFailed, match=f"The endpoint {name} is Failed and serves {good}, not {broken}: "):
        serve(name, broken)
    assert serve(name, good)["action"] == "recreated"
    assert clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService"


def test_a_strangers_failed_endpoint_is_not_deleted(clients: Clients, model: str, name: str, broken: str) -> None:
    clients.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=broken)
    settled(clients, name)
    with pytest.raises(errors.NameTaken, match="so it is somebody else's and stays as it is"):
        serve(name, config(clients, model))
    assert clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Failed"


def test_deferred_it_heals_as_well(clients: Clients, model: str, name: str, broken: str) -> None:
    with pytest.raises(errors.JobFailed):
        serve(name, broken)
    request = {"EndpointName": name, "EndpointConfigName": config(clients, model), "Tags": TAGS}
    operator = AutopilotEndpointOperator(task_id="serve", config=request)
    step, event, went = "execute", None, []
    for _ in range(50):
        try:
            more = {} if event is None else {"event": event}
            assert getattr(operator, step)(CONTEXT, **more)["action"] == "recreated"
            break
        except TaskDeferred as deferred:
            step, event = deferred.method_name, {"waited_seconds": 0.0}
            went.append(step)
            settled_or_gone(clients, name)
    assert went[:2] == ["after_delete", "after_recreate"]


def settled_or_gone(clients: Clients, name: str) -> None:
    if any(one["EndpointName"] == name for one in clients.sagemaker.list_endpoints(MaxResults=100)["Endpoints"]):
        settled(clients, name)


class Told:
    """A SageMaker that tells statuses which the embedded AWS never has, one after the other."""

    meta = boto3.client("sagemaker", region_name="us-east-1").meta

    def __init__(self, *statuses: str | None, refusal: str | None = None) -> None:
        self.statuses, self.refusal, self.calls = list(statuses), refusal, []

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:  # noqa: N803 - boto3's word
        status = self.statuses.pop(0)
        if status is None:
            raise refused("Could not find endpoint", "DescribeEndpoint")
        status, _, serves = status.partition(" ")
        return {
            "EndpointName": EndpointName,
            "EndpointArn": "arn",
            "EndpointStatus": status,
            "EndpointConfigName": serves or "old",
        }

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [{"Tags": TAGS}])

    def __getattr__(self, call: str) -> Any:
        def answer(**_: Any) -> None:
            self.calls.append(call.removesuffix("_endpoint"))
            if self.refusal:
                raise refused(self.refusal, call)

        return answer


def refused(message: str, call: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": message}}, call)


@pytest.mark.parametrize(
    ("statuses", "calls", "action"),
    [
        (["RollingBack", "InService", "Updating new", "InService new"], ["update"], "updated"),
        (["SystemUpdating", "InService new"], [], "reused"),
        (["OutOfService new", "Updating", "InService new"], ["update"], "updated"),
        (["UpdateRollbackFailed", "Updating", "InService new"], ["update"], "updated"),
        (["Deleting", None, "Creating new", "InService new"], ["create"], "created"),
        (["Failed", "Failed", "Deleting", None, "Creating new", "InService new"], ["delete", "create"], "recreated"),
        # Somebody else heals it at the same time.
        (["Failed", "Creating new", "InService new"], ["delete"], "reused"),
        (["Failed", "InService old", "InService new"], ["delete", "update"], "updated"),
    ],
)
def test_every_status_is_dealt_with(
    statuses: list[str | None], calls: list[str], action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(*statuses)
    assert with_answers(told, monkeypatch)["action"] == action
    assert (told.calls, told.statuses) == (calls, [])


@pytest.mark.parametrize("status", ["OutOfService", "UpdateRollbackFailed"])
def test_an_update_that_aws_refuses_is_told_with_what_to_do(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.RequestRefused, match=f"is {status}, and AWS refuses to update it") as said:
        with_answers(Told(status, refusal="Not now."), monkeypatch)
    assert "Not now.\nDelete it in the console, then clear this task" in str(said.value)


def test_a_status_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.EndpointFailed, match="is Dreaming and serves old, not new"):
        with_answers(Told("Dreaming"), monkeypatch)


def with_answers(told: Told, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(AutopilotEndpointOperator, "hook", SimpleNamespace(get_conn=lambda: told))
    monkeypatch.setattr(endpoints, "time", SimpleNamespace(sleep=lambda _: None))
    return serve("toy", "new")


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
