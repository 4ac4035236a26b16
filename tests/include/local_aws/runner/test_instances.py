"""Jobs of several instances: who gets which objects, what becomes of outputs and failures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from include.local_aws.runner.instances import ANOTHER, Instance, instances, run_together
from include.local_aws.runner.processes import Ended
from include.local_aws.runner.s3 import Location
from include.local_aws.runner.sources import SourceObject
from tests.include.local_aws.jobs import INSTANCE, Clients, finished, log_lines, processing, refused, unique
from tests.include.local_aws.scripts import (
    SKLEARN,
    body_at,
    members,
    put_code,
    script_training,
    trained_by_script,
)

OBJECTS = [SourceObject(Location("b", name), name) for name in "abcde"]


def test_objects_are_shared_out_or_replicated() -> None:
    everyone = instances(3)
    assert [one.host for one in everyone] == everyone[0].hosts == ["algo-1", "algo-2", "algo-3"]
    sharded = [
        [item.path for item in one.share(OBJECTS, {"S3DataDistributionType": "ShardedByS3Key"})] for one in everyone
    ]
    assert sharded == [["a", "d"], ["b", "e"], ["c"]]
    for source in ({}, {"S3DataDistributionType": "FullyReplicated"}):
        assert all(one.share(OBJECTS, source) == OBJECTS for one in everyone)


def test_the_first_that_fails_ends_the_others() -> None:
    def run(instance: Instance, others: Callable[[], str | None]) -> Ended:
        if instance.number == 2:
            return Ended(3)
        while others() is None:
            time.sleep(0.01)
        return Ended(-15, others())

    instance, ended = run_together(instances(3), run)
    assert (instance.host, ended) == ("algo-2", Ended(3))
    assert ANOTHER == "another"


def test_all_that_end_well_end_well() -> None:
    instance, ended = run_together(instances(2), lambda *_: Ended(0))
    assert (instance.host, ended) == ("algo-1", Ended(0))


def test_an_error_of_one_is_raised() -> None:
    def run(instance: Instance, others: Callable[[], str | None]) -> Ended:
        if instance.number == 1:
            raise ValueError("no disk")
        while others() is None:
            time.sleep(0.01)
        return Ended(-15, others())

    with pytest.raises(ValueError, match="no disk"):
        run_together(instances(2), run)


COUNT = """
import json
from pathlib import Path

about = json.loads(Path("/opt/ml/config/resourceconfig.json").read_text())
here = about["current_host"]
seen = sorted(path.name for path in Path("/opt/ml/processing/input/parts").iterdir())
Path("/opt/ml/processing/output", f"{here}.json").write_text(json.dumps([about["hosts"], seen]))
Path("/opt/ml/processing/output", "last.txt").write_text(here)
print("I am", here)
"""


def _sharded(clients: Clients, bucket: str, name: str, script: str, hosts: int) -> dict[str, Any]:
    for letter in "abc":
        clients.s3.put_object(Bucket=bucket, Key=f"{name}/parts/{letter}.csv", Body=b"1\n")
    clients.s3.put_object(Bucket=bucket, Key=f"{name}/code/count.py", Body=script.encode())
    request = processing(bucket, name, image=SKLEARN)
    request["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = hosts
    kind = {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    request["ProcessingInputs"] = [
        {
            "InputName": part,
            "S3Input": {
                "S3Uri": f"s3://{bucket}/{name}/{part}/",
                "LocalPath": f"/opt/ml/processing/input/{part}",
                "S3DataDistributionType": distribution,
                **kind,
            },
        }
        for part, distribution in (("parts", "ShardedByS3Key"), ("code", "FullyReplicated"))
    ]
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", "/opt/ml/processing/input/code/count.py"]
    return request


def test_a_processing_job_of_two(clients: Clients, tables: str) -> None:
    name = unique("two")
    clients.sagemaker.create_processing_job(**_sharded(clients, tables, name, COUNT, 2))
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Completed", described
    output = f"s3://{tables}/processed/{name}"
    hosts = ["algo-1", "algo-2"]
    assert json.loads(body_at(clients, f"{output}/algo-1.json")) == [hosts, ["a.csv", "c.csv"]]
    assert json.loads(body_at(clients, f"{output}/algo-2.json")) == [hosts, ["b.csv"]]
    assert body_at(clients, f"{output}/last.txt") == b"algo-2"
    assert sorted(log_lines(clients.logs, "Processing", name)) == ["I am algo-1", "I am algo-2"]


def test_a_processing_job_of_which_one_fails(clients: Clients, tables: str) -> None:
    script = COUNT + "import sys, time\nif here == 'algo-1':\n    time.sleep(500)\nsys.exit(5)\n"
    name = unique("two")
    clients.sagemaker.create_processing_job(**_sharded(clients, tables, name, script, 2))
    described = finished(clients.sagemaker, "Processing", name)
    assert described["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 5"


def test_a_script_trains_on_two(clients: Clients, tables: str) -> None:
    script = (
        "import os, pathlib\n"
        "here = os.environ['SM_CURRENT_HOST']\n"
        "seen = len(os.listdir(os.environ['SM_CHANNEL_ALL']))\n"
        "print('seen=%d;' % seen)\n"
        "for place in ('SM_MODEL_DIR', 'SM_OUTPUT_DATA_DIR'):\n"
        "    for name in (here, 'both'):\n"
        "        pathlib.Path(os.environ[place], name).write_text(here + str(seen) + os.environ['SM_HOSTS'])\n"
    )
    for letter in "abc":
        clients.s3.put_object(Bucket=tables, Key=f"two/{letter}.csv", Body=b"1\n")
    request = script_training(tables, unique("two"), put_code(clients, tables, {"both.py": script}), "both.py")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{tables}/two/", "S3DataDistributionType": "ShardedByS3Key"}
    request["InputDataConfig"] = [{"ChannelName": "all", "DataSource": {"S3DataSource": source}}]
    request["ResourceConfig"]["InstanceCount"] = 2
    described = trained_by_script(clients, request)
    assert described["TrainingJobStatus"] == "Completed", described
    expected = {
        "algo-1": b'algo-12["algo-1","algo-2"]',
        "algo-2": b'algo-21["algo-1","algo-2"]',
        "both": b'algo-12["algo-1","algo-2"]',
    }
    artifact = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert members(body_at(clients, artifact)) == expected
    assert members(body_at(clients, artifact.replace("model.tar.gz", "output.tar.gz"))) == expected


def test_scripts_have_a_quota_too(clients: Clients, tables: str) -> None:
    request = script_training(tables, unique("many"), "s3://x/y.tar.gz")
    request["ResourceConfig"]["InstanceCount"] = 5
    code, message = refused(clients.sagemaker.create_training_job, **request)
    assert (code, f"'{INSTANCE} for training job usage' is 4 Instances" in message) == ("ResourceLimitExceeded", True)
