"""The web server of an endpoint's process, with containers that say what the test wants."""

from __future__ import annotations

import http.client
import io
import json
import sys
import threading
import time
import types
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from include.local_aws import runtimes
from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.serving import CONTAINER, HOST, LOADING, SERVING, serve

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/talker:1"


class _Talker:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._busy = threading.Lock()

    def execution_parameters(self) -> dict[str, object]:
        return {}

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        if not self._busy.acquire(blocking=False):
            raise AlgorithmError("two requests at once")
        try:
            time.sleep(0.02)
            if self._environment.get("REFUSE") == body.decode():
                raise ClientError(f"no {body.decode()} here")
            if self._environment.get("BREAK") == body.decode():
                raise ZeroDivisionError("out of numbers")
            return body + f"|{self._environment['SAY']}".encode(), accept or content_type
        finally:
            self._busy.release()


class _Image:
    def load(self, model_dir: Path, environment: Mapping[str, str]) -> _Talker:
        if "SAGEMAKER_BATCH" in environment:
            raise ClientError("this is no batch transform")
        if not model_dir.is_dir():
            raise ClientError("no model")
        return _Talker(environment)


@pytest.fixture
def talker(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("include.local_aws.runtimes.talker")
    module.CONTAINER = _Image()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(runtimes._RUNTIMES, "talker", "talker")


def _spec(folder: Path, *environments: dict[str, str], model_dir: str | None = None) -> Path:
    containers = [
        {
            "name": f"container-{place}",
            "image": IMAGE,
            "model_dir": model_dir or str(folder),
            "environment": environment,
        }
        for place, environment in enumerate(environments, 1)
    ]
    spec = folder / "endpoint.json"
    spec.write_text(json.dumps({"containers": containers}))
    return spec


def _served(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, io.StringIO]:
    """The port, and what the server prints: pytest's capture empties its file at each reading, while we write."""
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)
    monkeypatch.setattr(sys, "stderr", printed)
    threading.Thread(target=serve, args=(spec,), daemon=True).start()
    for _ in range(1000):
        said = printed.getvalue()
        if SERVING in said and said.endswith("\n"):
            assert said.splitlines()[0] == f"{LOADING}container-1"
            return int(said.rpartition(SERVING)[2]), printed
        time.sleep(0.02)
    raise AssertionError(said)


def _post(port: int, body: str, **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("POST", "/invocations", body.encode(), {"Content-Type": "text/csv", **headers})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said, answer.headers


@pytest.mark.usefixtures("talker")
def test_answers_and_failures_of_a_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"SAY": "one", "REFUSE": "bad", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "a/b"}
    port, told = _served(_spec(tmp_path, first, {"SAY": "two", "BREAK": "odd|one"}), monkeypatch)
    status, said, headers = _post(port, "x", Accept="text/plain")
    assert (status, said, headers["Content-Type"]) == (200, "x|one|two", "text/plain")
    assert CONTAINER not in headers
    status, said, headers = _post(port, "bad")
    assert (status, said, headers[CONTAINER]) == (400, "no bad here", "container-1")
    status, said, headers = _post(port, "odd")
    assert (status, said, headers[CONTAINER]) == (500, "ZeroDivisionError: out of numbers", "container-2")
    with ThreadPoolExecutor(8) as pool:
        assert {status for status, _, _ in pool.map(lambda _: _post(port, "x"), range(16))} == {200}
    assert "container-1: no bad here" in told.getvalue()
    assert "ZeroDivisionError: out of numbers" in told.getvalue()


@pytest.mark.usefixtures("talker")
@pytest.mark.parametrize(
    "headers", [{"Origin": "null"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Referer": "http://x/"}]
)
def test_web_pages_get_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    port, _ = _served(_spec(tmp_path, {"SAY": "one"}), monkeypatch)
    status, said, _ = _post(port, "x", **headers)
    assert (status, "|one" in said) == (403, False)


@pytest.mark.usefixtures("talker")
def test_a_container_that_does_not_load_is_the_last_one_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ClientError, match="no model"):
        serve(_spec(tmp_path, {"SAY": "one"}, model_dir=str(tmp_path / "nothing")))
    assert capfd.readouterr().out.splitlines() == [f"{LOADING}container-1"]
