from __future__ import annotations

import contextlib
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.local_aws.process import LocalAws, start
from tests.include.local_aws.endpoints import config, deploy, invoke, model_of, settled, variant
from tests.include.local_aws.jobs import (
    ACCOUNT,
    INSTANCE,
    REGION,
    XGBOOST,
    Clients,
    client,
    csv,
    finished,
    put_tables,
    refused,
    table,
    training,
    unique,
    until,
)

pytestmark = pytest.mark.whole

ROWS = csv(table(3)[:, 1:])


def _arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"


@pytest.fixture(scope="module")
def other_model(clients: Clients, tables: str) -> str:
    """A model that answers something else than ``model``."""
    return _trained_model(clients, tables, rounds=1)


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """An AWS of its own, with a model in it."""
    with start(tmp_path) as running:
        clients = Clients.of(running.url)
        clients.s3.create_bucket(Bucket="work")
        put_tables(clients.s3, "work")
        yield running, _trained_model(clients, "work")


def _trained_model(clients: Clients, bucket: str, rounds: int = 3) -> str:
    name = unique("trained")
    clients.sagemaker.create_training_job(**training(bucket, name, rounds=rounds))
    artifact = finished(clients.sagemaker, "Training", name)["ModelArtifacts"]["S3ModelArtifacts"]
    return model_of(clients, [{"Image": XGBOOST, "ModelDataUrl": artifact}])


def _children(pid: int) -> set[int]:
    """The processes below a process."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found |= {int(child) for child in (task / "children").read_text().split()}
    return found | {deeper for child in found for deeper in _children(child)}


def _serving(running: LocalAws) -> set[int]:
    """The processes that serve endpoints: they hold a socket that listens, and are not the endpoint itself."""
    ports = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A":
            ports[fields[9]] = fields[1]
    serving = set()
    for pid in _children(running.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
            if any(link.startswith("socket:[") and link[8:-1] in ports for link in links):
                serving.add(pid)
    return serving


def test_creating_then_in_service_then_gone(clients: Clients, model: str) -> None:
    name, using = unique("endpoint"), config(clients, model)
    created = clients.sagemaker.create_endpoint(
        EndpointName=name, EndpointConfigName=using, Tags=[{"Key": "a", "Value": "b"}]
    )
    assert created["EndpointArn"] == _arn(name)
    first = clients.sagemaker.describe_endpoint(EndpointName=name)
    assert first["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in first
    assert first["PendingDeploymentSummary"]["EndpointConfigName"] == using
    busy = ("ValidationException", f'Cannot update in-progress endpoint "{_arn(name)}".')
    assert refused(clients.sagemaker.delete_endpoint, EndpointName=name) == busy
    assert refused(clients.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=using) == busy
    described = settled(clients, name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", using)
    assert "PendingDeploymentSummary" not in described
    (deployed,) = described["ProductionVariants"]
    assert [image["SpecifiedImage"] for image in deployed.pop("DeployedImages")] == [XGBOOST]
    assert deployed == {
        "VariantName": "AllTraffic",
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }
    assert clients.sagemaker.list_tags(ResourceArn=_arn(name))["Tags"] == [{"Key": "a", "Value": "b"}]
    listed = clients.sagemaker.list_endpoints(NameContains=name, StatusEquals="InService")["Endpoints"]
    assert [item["EndpointArn"] for item in listed] == [_arn(name)]
    told = refused(clients.sagemaker.create_endpoint, EndpointName=name, EndpointConfigName=using)
    assert told == ("ValidationException", f'Cannot create already existing endpoint "{_arn(name)}".')
    clients.sagemaker.delete_endpoint(EndpointName=name)
    gone = ("ValidationException", f'Could not find endpoint "{_arn(name)}".')
    assert refused(clients.sagemaker.describe_endpoint, EndpointName=name) == gone
    assert refused(clients.sagemaker.delete_endpoint, EndpointName=name) == gone
    assert refused(clients.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=using) == gone
    with pytest.raises(ClientError, match=f"Endpoint {name} of account {ACCOUNT} not found"):
        invoke(clients, name, ROWS)


def test_an_update_loses_no_request(clients: Clients, model: str, other_model: str) -> None:
    name = deploy(clients, model)
    before = invoke(clients, name, ROWS)[0]
    answers: list[bytes] = []
    failures: list[Exception] = []
    done = threading.Event()
    # One client for all: making them in threads is not safe. It does not retry.
    runtime = client(clients.url, "sagemaker-runtime", retries={"total_max_attempts": 1})

    def ask() -> None:
        while not done.is_set():
            try:
                answer = runtime.invoke_endpoint(EndpointName=name, Body=ROWS, ContentType="text/csv")
                answers.append(answer["Body"].read())
            except Exception as error:  # noqa: BLE001 - whatever it is, the request was lost
                failures.append(error)

    callers = [threading.Thread(target=ask) for _ in range(3)]
    for caller in callers:
        caller.start()
    using = config(clients, other_model)
    clients.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=using)
    updating = clients.sagemaker.describe_endpoint(EndpointName=name)
    assert updating["EndpointStatus"] == "Updating"
    assert updating["EndpointConfigName"] != using
    assert updating["PendingDeploymentSummary"]["EndpointConfigName"] == using
    described = settled(clients, name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", using)
    after = invoke(clients, name, ROWS)[0]
    done.set()
    for caller in callers:
        caller.join()
    clients.sagemaker.delete_endpoint(EndpointName=name)
    assert failures == []
    assert after != before
    assert set(answers) <= {before, after}
    assert before in answers


def test_models_and_configurations_can_be_deleted_while_they_serve(clients: Clients, tables: str) -> None:
    model = _trained_model(clients, tables)
    name = deploy(clients, model)
    using = clients.sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    clients.sagemaker.delete_endpoint_config(EndpointConfigName=using)
    clients.sagemaker.delete_model(ModelName=model)
    assert invoke(clients, name, ROWS)[0]
    clients.sagemaker.delete_endpoint(EndpointName=name)


def test_a_missing_artifact_fails_the_endpoint(clients: Clients, bucket: str, tables: str) -> None:
    url = f"s3://{bucket}/model.tar.gz"
    clients.s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=b"soon gone")
    model = model_of(clients, [{"Image": XGBOOST, "ModelDataUrl": url}])
    clients.s3.delete_object(Bucket=bucket, Key="model.tar.gz")
    name, using = unique("endpoint"), config(clients, model)
    clients.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=using)
    described = settled(clients, name)
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"] == (
        f'Failed to download model data for container "primary" from URL: "{url}". Please ensure that there is an '
        "object located at the URL and that the role passed to CreateModel has permissions to download the model."
    )
    told = refused(clients.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=using)
    assert told == ("ValidationException", f'Cannot update failed endpoint "{_arn(name)}".')
    clients.sagemaker.delete_endpoint(EndpointName=name)


def test_a_container_that_does_not_start_fails_the_update_and_the_old_one_serves(
    clients: Clients, model: str, trained: str
) -> None:
    artifact = clients.sagemaker.describe_training_job(TrainingJobName=trained)["ModelArtifacts"]["S3ModelArtifacts"]
    good = {"Image": XGBOOST, "ModelDataUrl": artifact}
    featurizer = XGBOOST.replace("sagemaker-xgboost:1.3-1-cpu-py3", "sagemaker-sklearn-automl:2.5-1-cpu-py3")
    wrong = {"Image": featurizer, "ModelDataUrl": artifact}
    name = deploy(clients, model)
    before = invoke(clients, name, ROWS)[0]
    using = config(clients, model_of(clients, [good, wrong]))
    clients.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=using)
    described = settled(clients, name)
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"] == (
        "The container-2 for production variant AllTraffic did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert described["EndpointConfigName"] != using
    assert invoke(clients, name, ROWS)[0] == before
    clients.sagemaker.delete_endpoint(EndpointName=name)


def test_one_instance_is_the_quota(clients: Clients, model: str) -> None:
    using = unique("config")
    two = variant(model, InitialInstanceCount=2)
    clients.sagemaker.create_endpoint_config(EndpointConfigName=using, ProductionVariants=[two])
    code, message = refused(clients.sagemaker.create_endpoint, EndpointName=unique("e"), EndpointConfigName=using)
    assert code == "ResourceLimitExceeded"
    assert message.startswith(f"The account-level service limit '{INSTANCE} for endpoint usage' is 1 Instances")


def test_the_configuration_must_exist(clients: Clients, model: str) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint-config/never-made"
    told = ("ValidationException", f'Could not find endpoint configuration "{arn}".')
    wrong = {"EndpointConfigName": "never-made"}
    assert refused(clients.sagemaker.create_endpoint, EndpointName=unique("e"), **wrong) == told


def test_deleting_ends_the_process_and_a_crash_is_mended(own: tuple[LocalAws, str]) -> None:
    running, model = own
    clients = Clients.of(running.url)
    name = deploy(clients, model)
    (first,) = _serving(running)
    answer = invoke(clients, name, ROWS)[0]
    os.kill(first, signal.SIGKILL)
    # A request that meets the dying process is a model error; one that comes later waits for the next process.
    until(lambda: {"answer": _answer(clients, name)}, lambda found: found["answer"] is not None)
    assert _answer(clients, name) == answer
    described = until(
        lambda: clients.sagemaker.describe_endpoint(EndpointName=name),
        lambda found: found["EndpointStatus"] == "InService",
    )
    assert described["EndpointConfigName"]
    (second,) = _serving(running)
    assert second != first
    clients.sagemaker.delete_endpoint(EndpointName=name)
    until(lambda: {"serving": _serving(running)}, lambda found: not found["serving"])
    until(
        # os.walk bears folders that vanish meanwhile, which rglob does not on Python 3.11.
        lambda: {"files": [name for _, _, names in os.walk(running.data / "endpoints") for name in names]},
        lambda found: not found["files"],
    )


@pytest.mark.parametrize("clean", [True, False], ids=["stop", "kill"])
def test_it_serves_again_after_the_next_start(own: tuple[LocalAws, str], clean: bool) -> None:
    running, model = own
    clients = Clients.of(running.url)
    name = deploy(clients, model)
    answer = invoke(clients, name, ROWS)[0]
    pids = _serving(running)
    assert len(pids) == 1
    clients.sagemaker.delete_model(ModelName=model)
    (running.stop if clean else running.kill)()
    until(lambda: {"left": [pid for pid in pids if _alive(pid)]}, lambda found: not found["left"], 20)
    with start(running.data) as again:
        clients = Clients.of(again.url)
        assert invoke(clients, name, ROWS)[0] == answer
        assert settled(clients, name)["EndpointStatus"] == "InService"
        clients.sagemaker.delete_endpoint(EndpointName=name)


def _answer(clients: Clients, name: str) -> bytes | None:
    try:
        return invoke(clients, name, ROWS)[0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ModelError":
            raise
        return None


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_what_was_being_deployed_is_deployed_after_the_next_start(own: tuple[LocalAws, str]) -> None:
    running, model = own
    clients = Clients.of(running.url)
    using = config(clients, model)
    clients.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName=using)
    running.kill()
    with start(running.data) as again:
        clients = Clients.of(again.url)
        assert settled(clients, "e")["EndpointStatus"] == "InService"
        assert invoke(clients, "e", ROWS)[0]
