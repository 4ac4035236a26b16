"""Requests to a model's process and its retirement; whole lives of deployments are in control/test_endpoints.py."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.runner import deployment as deployments
from include.local_aws.runner.deployment import Deployment, NotReached
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import S3Access
from include.local_aws.store import Resource, Store

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"
WANTED = {"Variant": {"VariantName": "AllTraffic"}, "Containers": [{}, {}]}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    nothing: Any = None  # no log is used
    endpoint = Resource("us-east-1", "Endpoint", "e", ARN, "Creating", {})
    return Job(
        Store(tmp_path / "s.sqlite"),
        endpoint,
        lambda: tmp_path,
        S3Access(None, "http://127.0.0.1:9"),
        nothing,
        threading.Event(),
    )


@pytest.fixture
def deployment(job: Job, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(deployments, "SECONDS", 0.3)
    return Deployment(job, WANTED, "i-1")


def _listen(answer: Callable[[socket.socket], None]) -> int:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with server, connection:
            answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def test_a_model_that_is_not_there_yet_is_not_reached(deployment: Deployment) -> None:
    with pytest.raises(NotReached):
        deployment.invoke(b"", "text/csv", None)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    deployment._set_port(port)
    with pytest.raises(NotReached):
        deployment.invoke(b"", "text/csv", None)


def test_a_connection_that_breaks_is_an_answer_of_none(deployment: Deployment) -> None:
    deployment._set_port(_listen(lambda connection: connection.close()))
    reply = deployment.invoke(b"", "text/csv", None)
    assert (reply.status, reply.container) == (0, "container-1")
    assert reply.body == b"Amazon SageMaker could not get a response from the e endpoint."


def test_a_model_that_takes_too_long_is_told_so(deployment: Deployment) -> None:
    done = threading.Event()
    deployment._set_port(_listen(lambda _: bool(done.wait(5)) and None))
    reply = deployment.invoke(b"", "text/csv", None)
    done.set()
    assert reply.status == 0
    assert reply.body.startswith(b"Your invocation timed out while waiting for a response from container container-1.")


def test_it_retires_when_the_last_request_is_answered(job: Job, deployment: Deployment) -> None:
    deployment.enter()
    deployment.enter()
    deployment.retire()
    deployment.leave()
    assert not job.stop_asked.is_set()
    deployment.leave()
    assert job.stop_asked.is_set()


def test_an_idle_one_retires_at_once(job: Job, deployment: Deployment) -> None:
    deployment.retire()
    assert job.stop_asked.is_set()
