"""Batch transform jobs of several instances: who gets which objects, and what a failure or a stop leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.include.local_aws.endpoints import model_of
from tests.include.local_aws.jobs import INSTANCE, Clients, csv, finished, table, transform, unique, until
from tests.include.local_aws.scripts import SKLEARN, body_at, put_code

GROUP = "/aws/sagemaker/TransformJobs"
# Rows of words: each object's first tells its container what to do.
SERVE = """
import os
import time
from pathlib import Path


def model_fn(model_dir):
    (Path(model_dir) / "mine").mkdir()  # nobody else's: a second one would fail
    return model_dir


def input_fn(body, content_type):
    return body


def predict_fn(body, model):
    print("asked", body.split()[0], flush=True)
    if body.startswith("meet"):
        place = Path(os.environ["MEETING"])
        (place / str(os.getpid())).touch()
        while len(list(place.iterdir())) < 3:
            time.sleep(0.01)
    if body.startswith("wait"):
        time.sleep(500)
    if body.startswith("fail"):
        raise ValueError("no such word")
    return body.upper()


def output_fn(answer, accept):
    return answer, accept
"""


@pytest.fixture(scope="module")
def obedient(clients: Clients, tables: str) -> dict[str, Any]:
    """A container that does what its rows say."""
    code = put_code(clients, tables, {"serve.py": SERVE})
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": code}
    return {"Image": SKLEARN, "Environment": environment}


def _put(clients: Clients, bucket: str, objects: dict[str, bytes]) -> str:
    """Put objects below a prefix of their own; answers the prefix."""
    prefix = f"{unique('objects')}/"
    for name, body in objects.items():
        clients.s3.put_object(Bucket=bucket, Key=prefix + name, Body=body)
    return prefix


def _create(clients: Clients, bucket: str, model: str, count: int, prefix: str, kind: str = "S3Prefix") -> str:
    name = unique("wide")
    request = transform(bucket, name, model, prefix)
    request["TransformResources"]["InstanceCount"] = count
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = kind
    clients.sagemaker.create_transform_job(**request)
    return name


def _outputs(clients: Clients, bucket: str, name: str) -> dict[str, bytes]:
    listed = clients.s3.list_objects_v2(Bucket=bucket, Prefix=f"predictions/{name}/").get("Contents", [])
    return {one["Key"].split("/", 2)[2]: body_at(clients, f"s3://{bucket}/{one['Key']}") for one in listed}


def _streams(clients: Clients, name: str, about: str = "") -> list[list[str]]:
    """What each log stream of a job says, the lines that have ``about``, in the order of what they say."""
    streams = clients.logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{name}/")["logStreams"]
    names = [one["logStreamName"] for one in streams]
    assert all(len(one) == len(f"{name}/i-0123456789abcdef0") for one in names)
    told = [clients.logs.get_log_events(logGroupName=GROUP, logStreamName=one)["events"] for one in names]
    return sorted([event["message"] for event in events if about in event["message"]] for events in told)


@pytest.mark.parametrize("kind", ["S3Prefix", "ManifestFile"])
def test_any_number_of_instances_gives_the_same_bytes(clients: Clients, tables: str, model: str, kind: str) -> None:
    names = ["a.csv", "b.csv", "deep/c.csv", "deep/d.csv", "e.csv"]
    rows = table(50, seed=4)[:, 1:]
    prefix = _put(clients, tables, {name: csv(rows[at * 10 : at * 10 + 10]) for at, name in enumerate(names)})
    if kind == "ManifestFile":
        listed = json.dumps([{"prefix": f"s3://{tables}/{prefix}"}, *names]).encode()
        prefix = _put(clients, tables, {"all.manifest": listed}) + "all.manifest"
    found = {}
    shards = {1: [names], 2: [names[0::2], names[1::2]], 3: [names[0::3], names[1::3], names[2::3]]}
    for count, expected in shards.items():
        name = _create(clients, tables, model, count, prefix, kind)
        described = finished(clients.sagemaker, "Transform", name)
        assert described["TransformJobStatus"] == "Completed", described
        assert described["TransformResources"] == {"InstanceType": INSTANCE, "InstanceCount": count}
        found[count] = _outputs(clients, tables, name)
        told = [[line.partition(":")[0] for line in lines] for lines in _streams(clients, name, " records in ")]
        assert told == expected
    assert sorted(found[1]) == [f"{name}.out" for name in names]
    assert all(len(body.split()) == 10 for body in found[1].values())
    assert found[2] == found[3] == found[1]


def test_one_object_is_not_divided(clients: Clients, tables: str, model: str) -> None:
    name = _create(clients, tables, model, 4, "holdout/b.csv")
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Completed", described
    alone = _create(clients, tables, model, 1, "holdout/b.csv")
    finished(clients.sagemaker, "Transform", alone)
    assert _outputs(clients, tables, name) == _outputs(clients, tables, alone) != {}
    assert len(_streams(clients, name)) == 1


def test_instances_work_at_a_time(clients: Clients, tables: str, obedient: dict[str, Any], tmp_path: Path) -> None:
    container = {**obedient, "Environment": {**obedient["Environment"], "MEETING": str(tmp_path)}}
    prefix = _put(clients, tables, dict.fromkeys(("a", "b", "c"), b"meet\n"))
    name = _create(clients, tables, model_of(clients, [container]), 3, prefix)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Completed", described
    assert _outputs(clients, tables, name) == dict.fromkeys(("a.out", "b.out", "c.out"), b"MEET\n")
    assert len(list(tmp_path.iterdir())) == len(_streams(clients, name)) == 3


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_done_stays_when_an_object_fails(
    clients: Clients, tables: str, obedient: dict[str, Any], count: int
) -> None:
    prefix = _put(clients, tables, {"a": b"one\n", "b": b"fail\n", "c": b"three\n", "d": b"four\n"})
    name = _create(clients, tables, model_of(clients, [obedient]), count, prefix)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"] == "AlgorithmError: ValueError: no such word, exit code: 1"
    assert described["TransformEndTime"] >= described["TransformStartTime"]
    assert _outputs(clients, tables, name) == {"a.out": b"ONE\n", "c.out": b"THREE\n", "d.out": b"FOUR\n"}
    assert any("b: ValueError: no such word" in lines for lines in _streams(clients, name))


def test_a_stop_reaches_all(clients: Clients, tables: str, obedient: dict[str, Any]) -> None:
    prefix = _put(clients, tables, {"a": b"one\n", "b": b"wait\n", "c": b"wait\n"})
    name = _create(clients, tables, model_of(clients, [obedient]), 2, prefix)
    until(
        lambda: {"asked": [line for lines in _streams_or_none(clients, name) for line in lines]},
        lambda found: found["asked"].count("asked wait") == 2,
    )
    clients.sagemaker.stop_transform_job(TransformJobName=name)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Stopped"
    assert "FailureReason" not in described
    assert _outputs(clients, tables, name) == {}


def _streams_or_none(clients: Clients, name: str) -> list[list[str]]:
    try:
        return _streams(clients, name)
    except clients.logs.exceptions.ResourceNotFoundException:
        return []
