"""How fast SageMaker's control plane answers, beside moto's server in the same run, and what 500 jobs take.

``make bench NAME=speed``; ``ROUNDS`` (5) and ``SECONDS`` (1.5) of each measurement, the two servers by turns. The last
line is one JSON object: rates are answers a second, their ratio is the median of the rounds' ratios.

Asked over bare connections that stay open: DescribeTrainingJob of a finished job by one client and by eight, and
ListTrainingJobs of 500 in pages of 100. Memory is what the server's process grows by while 500 training jobs are
created, which here wait for one of two places (moto's are done at once), and threads are those it has then.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.speed_side.hammer import rate, request  # noqa: E402
from include.local_aws.process import start  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "1.5"))
JOBS = 500
_COMING = {"Starting", "Downloading"}
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"


@contextmanager
def moto(folder: Path) -> Iterator[tuple[str, int]]:
    """Run moto's server; gives its address and its process."""
    port = 50_500 + os.getpid() % 1000
    with (folder / "moto.log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{port}", running.pid
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)


def client(url: str, service: str) -> Any:
    """Make a client that bears a server that is not up yet."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
        config=Config(retries={"total_max_attempts": 10, "mode": "standard"}),
    )


def training(name: str, rounds: int, table: str = "train", depth: int = 6) -> dict[str, Any]:
    """Make a training job's request."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://bench/{table}/"}
    channel = {"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "InputDataConfig": [channel],
        "OutputDataConfig": {"S3OutputPath": "s3://bench/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "HyperParameters": {
            "num_round": str(rounds),
            "objective": "reg:squarederror",
            "nthread": "1",
            "max_depth": str(depth),
            # It learns next to nothing, so that its last trees take as long as its first.
            "eta": "0.0001",
        },
    }


def prepare(url: str) -> Any:
    """Make a bucket and one finished training job; answers the client of SageMaker."""
    s3, sagemaker = client(url, "s3"), client(url, "sagemaker")
    s3.create_bucket(Bucket="bench")
    s3.put_object(Bucket="bench", Key="train/rows.csv", Body=b"1,2\n2,3\n" * 50)
    # Two jobs of many rows take the places, and log little: lines in the log are memory, too.
    wide = "".join(",".join(str((row * 7 + column * 13) % 101) for column in range(30)) + "\n" for row in range(30_000))
    s3.put_object(Bucket="bench", Key="wide/rows.csv", Body=wide.encode())
    sagemaker.create_training_job(**training("done", 2))
    while sagemaker.describe_training_job(TrainingJobName="done")["TrainingJobStatus"] == "InProgress":
        time.sleep(0.1)
    return sagemaker


def status(pid: int, name: str) -> int:
    """Return a number from what the kernel tells of a process: VmRSS in kB, Threads."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def compared(servers: dict[str, str], operation: str, body: dict[str, Any], clients: int) -> dict[str, float]:
    """Measure both by turns; answers the median rates and the median of the ratios."""
    asked = {name: request(url, operation, json.dumps(body).encode()) for name, url in servers.items()}
    rounds = [{name: rate(url, asked[name], clients, SECONDS) for name, url in servers.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(one[name] for one in rounds) for name in servers}
    return {**medians, "ratio": statistics.median(one["ours"] / one["moto"] for one in rounds)}


def create_many(sagemaker: Any, pid: int) -> dict[str, int]:
    """Create the jobs, the first two of which run; answers the memory the others add, in kB, and the threads then."""
    for number in range(2):
        sagemaker.create_training_job(**training(f"hog-{number}", 1_000_000, "wide", 12))
        while sagemaker.describe_training_job(TrainingJobName=f"hog-{number}")["SecondaryStatus"] in _COMING:
            time.sleep(0.1)
    before = status(pid, "VmRSS")
    for number in range(JOBS - 1):
        sagemaker.create_training_job(**training(f"job-{number}", 50_000_000))
    return {"added_kb": status(pid, "VmRSS") - before, "threads": status(pid, "Threads")}


def stop_many(sagemaker: Any) -> None:
    """End what runs and waits, so that the machine does nothing but answer."""
    for name in [*(f"job-{number}" for number in range(JOBS - 1)), "hog-0", "hog-1"]:
        sagemaker.stop_training_job(TrainingJobName=name)
    while sagemaker.list_training_jobs(StatusEquals="Stopping", MaxResults=1)["TrainingJobSummaries"]:
        time.sleep(0.2)


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp())
    with moto(folder) as (other, other_pid), start(folder / "aws") as running:
        servers = {"ours": running.url, "moto": other}
        sagemaker = {name: prepare(url) for name, url in servers.items()}
        found: dict[str, Any] = {}
        for clients in (1, 8):
            found[f"describe_{clients}"] = compared(
                servers, "DescribeTrainingJob", {"TrainingJobName": "done"}, clients
            )
            print(f"DescribeTrainingJob, {clients} clients: {found[f'describe_{clients}']}", flush=True)
        pids = {"ours": running.pid, "moto": other_pid}
        found["jobs"] = {name: create_many(sagemaker[name], pids[name]) for name in servers}
        print(f"{JOBS} jobs: {found['jobs']}", flush=True)
        stop_many(sagemaker["ours"])
        found["list"] = compared(servers, "ListTrainingJobs", {"MaxResults": 100}, 1)
        print(f"ListTrainingJobs, 100 of {JOBS}: {found['list']}", flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
