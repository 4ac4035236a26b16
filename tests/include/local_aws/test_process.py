from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from include.local_aws.process import StartFailed, start
from tests.include.local_aws.jobs import ROLE, XGBOOST, Clients, client, endless, put_tables, until

ROOT = Path(__file__).resolve().parents[3]


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _busy(url: str) -> Clients:
    """Start a job that would run for hours and wait until it really trains."""
    clients = Clients.of(url)
    clients.s3.create_bucket(Bucket="busy")
    put_tables(clients.s3, "busy")
    clients.sagemaker.create_training_job(**endless("busy", "busy"))
    until(
        lambda: clients.sagemaker.describe_training_job(TrainingJobName="busy"),
        lambda found: found["SecondaryStatus"] == "Training",
    )
    return clients


def test_it_is_ready_in_two_seconds(tmp_path: Path) -> None:
    took = []
    for attempt in range(3):
        began = time.monotonic()
        with start(tmp_path / str(attempt)) as running:
            took.append(time.monotonic() - began)
            assert Clients.of(running.url).sagemaker.list_models()["Models"] == []
    assert min(took) < 2, took


def test_the_command_prints_its_address_and_stops_on_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "include.local_aws", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("local AWS ready at http://127.0.0.1:")
    Clients.of(line.split()[-1]).s3.create_bucket(Bucket="bucket")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_it_listens_elsewhere_when_told(tmp_path: Path) -> None:
    """127.0.0.2 stands for the address of a container's network: no other loopback address leads there."""
    command = [sys.executable, "-m", "include.local_aws", "--data", str(tmp_path), "--listen", "127.0.0.2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        assert url.startswith("http://127.0.0.2:")
        assert Clients.of(url).s3.list_buckets()["Buckets"] == []
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_jobs_end_with_the_endpoint(tmp_path: Path, how: str) -> None:
    running = start(tmp_path)
    children: list[psutil.Process] = []
    try:
        _busy(running.url)
        children = psutil.Process(running.pid).children(recursive=True)
        assert len(children) >= 2  # the process jobs are forked from, and the job
    finally:
        began = time.monotonic()
        getattr(running, how)()
    assert time.monotonic() - began < 10
    until(lambda: {"left": [one.pid for one in children if not _gone(one.pid)]}, lambda found: not found["left"], 10)
    assert (tmp_path / "server.log").read_text() == ""


def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from include.local_aws.process import start;"
        "running = start(Path(sys.argv[1])); print(running.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.communicate()
    until(lambda: {"gone": _gone(pid)}, lambda found: found["gone"], 15)


def test_two_endpoints_cannot_share_a_data_folder(tmp_path: Path) -> None:
    with (
        start(tmp_path),
        pytest.raises(StartFailed, match="is served by another local AWS; stop it or give --data another folder"),
    ):
        start(tmp_path)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with start(tmp_path / "one") as running, pytest.raises(StartFailed, match=r"(?i)address already in use"):
        start(tmp_path / "two", port=int(running.url.rsplit(":", 1)[1]))


def test_a_fixed_port_can_be_used_again_at_once(tmp_path: Path) -> None:
    with start(tmp_path) as running:
        port = int(running.url.rsplit(":", 1)[1])
        Clients.of(running.url).sagemaker.list_models()
    with start(tmp_path, port=port) as running:
        assert running.url.endswith(f":{port}")


def test_s3_can_be_somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs read and write the S3 that AWS_ENDPOINT_URL_S3 names, not their own endpoint's."""
    with start(tmp_path / "s3") as other:
        elsewhere = Clients.of(other.url)
        elsewhere.s3.create_bucket(Bucket="elsewhere")
        elsewhere.s3.put_object(Bucket="elsewhere", Key="model.tar.gz", Body=b"x")
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", other.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        with start(tmp_path / "aws") as running:
            container = {"Image": XGBOOST, "ModelDataUrl": "s3://elsewhere/model.tar.gz"}
            sagemaker = client(running.url, "sagemaker")
            sagemaker.create_model(ModelName="m", PrimaryContainer=container, ExecutionRoleArn=ROLE)
            described = sagemaker.describe_model(ModelName="m")["PrimaryContainer"]
            assert described["ModelDataUrl"] == container["ModelDataUrl"]


def test_nothing_is_left_in_the_job_folder(tmp_path: Path) -> None:
    with start(tmp_path) as running:
        clients = _busy(running.url)
        assert list((tmp_path / "jobs").rglob("hyperparameters.json"))
        clients.sagemaker.stop_training_job(TrainingJobName="busy")
        # Path.rglob would fail on a folder that is deleted while it looks.
        until(
            lambda: {"files": [name for _, _, names in os.walk(tmp_path / "jobs") for name in names]},
            lambda found: not found["files"],
            20,
        )
    assert list((tmp_path / "jobs" / "TrainingJob" / "us-east-1").iterdir()) == []
