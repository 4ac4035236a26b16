"""Makes what Autopilot's job left, anew in the embedded AWS: the described job fits the featurizer, and its model.

A retraining that fits the featurizer again still needs both to be there, as a user's account has them. The jobs'
requests are the described ones; the rows are those of the first drop, since the job's own are not at hand.
"""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path
from typing import Any

import boto3

from include.autopilot.template.published import Template
from include.local_aws.search.generated_module import wrapping_files
from scripts.airflow_env import LOCAL_ACCOUNT
from scripts.try_export import Export, TrialRefused

_IMAGE = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")
_POLL_SECONDS = 0.5
_ENDED = ("Completed", "Failed", "Stopped")


class FitFailed(Exception):
    """The generated module ran and failed; the message says how."""


def region_of(template: Template) -> str:
    """Return the region of the job's images, where its jobs run.

    :raises TrialRefused: no image tells it.
    """
    fit = template.steps.fit or {}
    found = _IMAGE.match(fit.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    if found is None:
        raise TrialRefused("The image of the featurizer's training job tells no region of AWS.")
    return found[1]


def client(service: str, endpoint: str, region: str) -> Any:
    """Return a client of the embedded AWS; real credentials must not reach it."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=LOCAL_ACCOUNT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=LOCAL_ACCOUNT["AWS_SECRET_ACCESS_KEY"],
    )


def make_candidate(endpoint: str, s3: Any, export: Export, drop: Path) -> int:
    """Fit the featurizer on a drop's rows with the described job, and create its model; return the seconds it took.

    :raises FitFailed: the generated module does not run with these rows; the message is the job's own.
    """
    began = time.monotonic()
    sagemaker = client("sagemaker", endpoint, region_of(export.template))
    fit: dict[str, Any] = dict(export.template.steps.fit or {})
    featurizer = dict(export.template.steps.featurizer)
    put_module(s3, export)
    _put(s3, f"{_train_folder(fit)}/chunk_0.csv", _rows(drop, export.template))
    sagemaker.create_training_job(**fit)
    name = fit["TrainingJobName"]
    while (job := sagemaker.describe_training_job(TrainingJobName=name))["TrainingJobStatus"] not in _ENDED:
        time.sleep(_POLL_SECONDS)
    if job["TrainingJobStatus"] != "Completed":
        raise FitFailed(
            f"{export.place} does not run with these rows: {job.get('FailureReason', 'no reason was told')}"
        )
    _copy(s3, job["ModelArtifacts"]["S3ModelArtifacts"], featurizer["PrimaryContainer"]["ModelDataUrl"])
    sagemaker.create_model(**featurizer)
    return round(time.monotonic() - began)


def put_module(s3: Any, export: Export) -> None:
    """Put the generated module where the featurizer's training job looks for it, in the embedded AWS's wrapping."""
    package, _, own = export.module.rpartition(".")
    folder = f"{export.code}/{package.replace('.', '/')}".rstrip("/")
    # Autopilot's own wrapping programs need what only its container has; those here do the same.
    for name, text in {**wrapping_files(export.job), f"{own}.py": export.source}.items():
        _put(s3, f"{folder}/{name}", text)


def _train_folder(fit: dict[str, Any]) -> str:
    channels = {channel["ChannelName"]: channel for channel in fit["InputDataConfig"]}
    return str(channels["train"]["DataSource"]["S3DataSource"]["S3Uri"]).rstrip("/")


def _rows(drop: Path, template: Template) -> str:
    """Return a drop's rows as the data builder leaves them: the module's columns in its order, no header."""
    with drop.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    places = [header.index(name) for name in template.schema.columns]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[at] for at in places] for row in rows)
    return text.getvalue()


def _copy(s3: Any, source: str, target: str) -> None:
    """Copy an artifact to where the description has it, which is where the job has written it unless AWS moved it."""
    if source != target:
        (at, key), (bucket, to) = _place(source), _place(target)
        _bucket(s3, bucket)
        s3.copy_object(Bucket=bucket, Key=to, CopySource={"Bucket": at, "Key": key})


def _put(s3: Any, uri: str, text: str) -> None:
    bucket, key = _place(uri)
    _bucket(s3, bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())


def _bucket(s3: Any, bucket: str) -> None:
    # Of one's own: that succeeds again in the region of this client.
    s3.create_bucket(Bucket=bucket)


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
