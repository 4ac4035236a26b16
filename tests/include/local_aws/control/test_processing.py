"""Processing jobs; those of the data builder are in the tests of the search."""

from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    ACCOUNT,
    INSTANCE,
    REGION,
    ROLE,
    XGBOOST,
    Clients,
    finished,
    log_lines,
    processing,
    refused,
    unique,
)
from tests.include.local_aws.scripts import SKLEARN

NOT_DONE = "is not done by the embedded AWS endpoint; docs/local.md lists what it does."


def test_what_the_container_says_is_the_reason_and_in_the_log(clients: Clients, tables: str) -> None:
    name = unique("processing")
    created = clients.sagemaker.create_processing_job(**processing(tables, name))
    assert created["ProcessingJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:processing-job/{name}"
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Failed"
    said = "the image sagemaker-xgboost runs training and inference, not processing jobs"
    assert described["FailureReason"] == f"ClientError: {said}, exit code: 2"
    assert described["ExitMessage"] == said
    assert described["CreationTime"] <= described["ProcessingStartTime"] <= described["ProcessingEndTime"]
    assert said in log_lines(clients.logs, "Processing", name)


def test_recorded_settings_come_back_as_they_were_given(clients: Clients, tables: str) -> None:
    name = unique("recorded")
    network = {
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    }
    request = processing(tables, name, NetworkConfig=network, Environment={"A": "b"})
    clients.sagemaker.create_processing_job(**request)
    described = finished(clients.sagemaker, "Processing", name)
    for item in (request["ProcessingInputs"][0], request["ProcessingOutputConfig"]["Outputs"][0]):
        item["AppManaged"] = False  # which AWS assumes, and tells
    for member, given in request.items():
        assert described[member] == given, member
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}


@pytest.mark.parametrize("uri", ["s3://{bucket}/nothing/", "s3://no-such-bucket-anywhere/x"])
def test_an_empty_input_fails_the_job(clients: Clients, tables: str, uri: str) -> None:
    uri = uri.format(bucket=tables)
    name = unique("empty")
    request = processing(tables, name)
    request["ProcessingInputs"][0]["S3Input"]["S3Uri"] = uri
    clients.sagemaker.create_processing_job(**request)
    reason = finished(clients.sagemaker, "Processing", name)["FailureReason"]
    assert reason.startswith(f'ClientError: Data download failed:No S3 objects found under S3 URL "{uri}"')


def test_unknown_taken_and_finished(clients: Clients, tables: str) -> None:
    for call in (clients.sagemaker.describe_processing_job, clients.sagemaker.stop_processing_job):
        told = refused(call, ProcessingJobName="never-created")
        assert told == ("ValidationException", "Could not find requested job with name: never-created")
    name = unique("done")
    created = clients.sagemaker.create_processing_job(**processing(tables, name))
    assert refused(clients.sagemaker.create_processing_job, **processing(tables, name)) == (
        "ResourceInUse",
        (
            "Job names must be unique within an AWS account and region, and a job with this name already exists "
            f"({created['ProcessingJobArn']})"
        ),
    )
    finished(clients.sagemaker, "Processing", name)
    told = refused(clients.sagemaker.stop_processing_job, ProcessingJobName=name)
    assert told == (
        "ValidationException",
        "The request was rejected because the processing job has already reached a terminal state: Failed.",
    )


def test_a_cluster_without_an_instance_type(clients: Clients, tables: str) -> None:
    request = processing(tables, unique("none"), ProcessingResources={"ClusterConfig": {"VolumeSizeInGB": 10}})
    assert refused(clients.sagemaker.create_processing_job, **request) == (
        "ValidationException",
        "ProcessingResources.ClusterConfig must specify InstanceType, InstanceCount.",
    )


def test_more_than_one_instance_is_over_the_quota(clients: Clients, tables: str) -> None:
    cluster = {"InstanceType": INSTANCE, "InstanceCount": 2, "VolumeSizeInGB": 10}
    request = processing(tables, unique("big"), ProcessingResources={"ClusterConfig": cluster})
    code, message = refused(clients.sagemaker.create_processing_job, **request)
    assert code == "ResourceLimitExceeded"
    assert f"'{INSTANCE} for processing job usage' is 1 Instances" in message


def test_an_image_without_a_runtime_is_refused(clients: Clients, tables: str) -> None:
    code, message = refused(clients.sagemaker.create_processing_job, **processing(tables, unique("x"), image="nothing"))
    assert code == "ValidationException"
    assert message.startswith("Requested image nothing not found: ")


@pytest.mark.parametrize("path", ["", "/opt/ml/other", "/opt/ml/processing/../../etc", "/opt/ml/processing2", "x"])
@pytest.mark.parametrize("side", ["input", "output"])
def test_local_paths_lie_below_the_processing_folder(clients: Clients, tables: str, side: str, path: str) -> None:
    request = processing(tables, unique("path"))
    inputs, outputs = request["ProcessingInputs"], request["ProcessingOutputConfig"]["Outputs"]
    place = inputs[0]["S3Input"] if side == "input" else outputs[0]["S3Output"]
    member = "processingInputs" if side == "input" else "processingOutputConfig.outputs"
    place["LocalPath"] = path
    assert refused(clients.sagemaker.create_processing_job, **request) == (
        "ValidationException",
        f"LocalPath {path!r} at '{member}.1.member' must be a path below /opt/ml/processing.",
    )


def _input(**more: Any) -> dict[str, Any]:
    source = {"S3Uri": "s3://b/in/", "LocalPath": "/opt/ml/processing/in", "S3DataType": "S3Prefix", **more}
    return {"ProcessingInputs": [{"InputName": "x", "S3Input": source}]}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (
            _input(S3InputMode="Pipe"),
            "processingInputs.1.member.s3Input with S3InputMode Pipe or S3CompressionType Gzip",
        ),
        (
            {
                "ProcessingOutputConfig": {
                    "Outputs": [
                        {
                            "OutputName": "x",
                            "S3Output": {
                                "S3Uri": "s3://b/x",
                                "LocalPath": "/opt/ml/processing/x",
                                "S3UploadMode": "Continuous",
                            },
                        }
                    ]
                }
            },
            "processingOutputConfig.outputs.1.member.s3Output with S3UploadMode Continuous",
        ),
    ],
)
def test_what_is_not_done_is_refused_and_named(clients: Clients, tables: str, more: dict[str, Any], what: str) -> None:
    request = processing(tables, unique("not"), **more)
    assert refused(clients.sagemaker.create_processing_job, **request) == (
        "NotImplementedException",
        f"{what} {NOT_DONE}",
    )


def test_scripts_are_not_run(clients: Clients, tables: str) -> None:
    request = processing(tables, unique("not"))
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", "x.py"]
    assert refused(clients.sagemaker.create_processing_job, **request) == (
        "NotImplementedException",
        f"AppSpecification.ContainerEntrypoint {NOT_DONE}",
    )


def test_inputs_and_outputs_must_say_where(clients: Clients, tables: str) -> None:
    request = processing(tables, unique("x"), ProcessingInputs=[{"InputName": "a"}])
    told = refused(clients.sagemaker.create_processing_job, **request)
    assert told == ("ValidationException", "ProcessingInput a has no S3Input.")
    request = processing(tables, unique("x"), ProcessingOutputConfig={"Outputs": [{"OutputName": "b"}]})
    told = refused(clients.sagemaker.create_processing_job, **request)
    assert told == ("ValidationException", "ProcessingOutput b has no S3Output.")


def test_the_role_is_needed(clients: Clients, tables: str) -> None:
    request = processing(tables, unique("x"), RoleArn=ROLE.replace("role", "user"))
    code, message = refused(clients.sagemaker.create_processing_job, **request)
    assert code == "ValidationException"
    assert "at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern" in message


SCRIPT = b"""
import argparse
import os
from pathlib import Path

from helper import half

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int)
parser.add_argument("--to")
given = parser.parse_args()
lines = Path("/opt/ml/processing/input/train/chunk_0.csv").read_text().splitlines()
print("read", len(lines), "lines for", os.environ["WHO"])
Path("/opt/ml/output/message").write_bytes((os.environ["MESSAGE"] * 400).encode("latin-1"))
Path(given.to).joinpath("head.csv").write_text("\\n".join(lines[: half(given.rows)]))
if given.rows > 100:
    raise SystemExit(7)
"""


def _with_script(clients: Clients, tables: str, name: str, rows: int) -> dict[str, Any]:
    clients.s3.put_object(Bucket=tables, Key=f"{name}/code/script.py", Body=SCRIPT)
    clients.s3.put_object(Bucket=tables, Key=f"{name}/code/helper.py", Body=b"def half(rows):\n    return rows // 2\n")
    request = processing(tables, name, image=SKLEARN, Environment={"WHO": "a chemist", "MESSAGE": "all "})
    code = {"S3Uri": f"s3://{tables}/{name}/code/", "LocalPath": "/opt/ml/processing/input/code"}
    kind = {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    request["ProcessingInputs"].append({"InputName": "code", "S3Input": code | kind})
    request["AppSpecification"] |= {
        "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
        "ContainerArguments": ["--rows", str(rows), "--to", "/opt/ml/processing/output"],
    }
    return request


def test_a_script_of_the_users_own(clients: Clients, tables: str) -> None:
    name = unique("script")
    clients.sagemaker.create_processing_job(**_with_script(clients, tables, name, rows=10))
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Completed", described
    written = clients.s3.get_object(Bucket=tables, Key=f"processed/{name}/head.csv")["Body"].read()
    whole = clients.s3.get_object(Bucket=tables, Key="in/train/chunk_0.csv")["Body"].read()
    assert written.splitlines() == whole.splitlines()[:5]
    assert "read 200 lines for a chemist" in log_lines(clients.logs, "Processing", name)
    assert described["AppSpecification"]["ContainerArguments"][-1] == "/opt/ml/processing/output"
    assert described["ExitMessage"] == "all " * 256


def test_the_exit_code_of_a_script_is_the_jobs(clients: Clients, tables: str) -> None:
    name = unique("script")
    clients.sagemaker.create_processing_job(**_with_script(clients, tables, name, rows=1000))
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 7"
    assert described["ExitMessage"] == "all " * 256


def test_a_message_must_be_utf_8(clients: Clients, tables: str) -> None:
    name = unique("script")
    request = _with_script(clients, tables, name, rows=10)
    request["Environment"]["MESSAGE"] = "\xe9"
    clients.sagemaker.create_processing_job(**request)
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("ClientError: /opt/ml/output/message is not UTF-8: ")
    assert "ExitMessage" not in described


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["/bin/bash", "/opt/ml/processing/input/code/script.py"], "only Python with a script can be run here"),
        (["python3", "/opt/ml/processing/../../../etc/passwd"], "is no file that an input of the job brought"),
        (["python3", "/opt/ml/processing/input/code/none.py"], "is no file that an input of the job brought"),
    ],
)
def test_other_commands_fail_the_job(clients: Clients, tables: str, command: list[str], told: str) -> None:
    name = unique("script")
    request = _with_script(clients, tables, name, rows=10)
    request["AppSpecification"]["ContainerEntrypoint"] = command
    clients.sagemaker.create_processing_job(**request)
    described = finished(clients.sagemaker, "Processing", name)
    assert told in described["FailureReason"]


def test_what_is_not_done_with_scripts_is_refused(clients: Clients, tables: str) -> None:
    bare = processing(tables, unique("script"), image=SKLEARN)
    code, message = refused(clients.sagemaker.create_processing_job, **bare)
    assert (code, "without an AppSpecification.ContainerEntrypoint" in message) == ("NotImplementedException", True)
    other = _with_script(clients, tables, unique("script"), rows=1)
    other["AppSpecification"]["ImageUri"] = XGBOOST
    code, message = refused(clients.sagemaker.create_processing_job, **other)
    assert (code, "AppSpecification.ContainerEntrypoint" in message) == ("NotImplementedException", True)
