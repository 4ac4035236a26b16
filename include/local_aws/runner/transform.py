"""A batch transform job: objects in, one ``.out`` object each out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from include.local_aws.runner import models
from include.local_aws.runner.failures import JobFailed, JobStopped, container_failed
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import download, location, upload
from include.local_aws.runner.sources import SourceObject, no_objects, placed, resolve
from include.local_aws.store import now

LOG_GROUP = "/aws/sagemaker/TransformJobs"


def run(job: Job) -> None:
    """Run a transform job; raises :class:`JobFailed` or :class:`JobStopped` for the runner to record."""
    job.phase("InProgress", TransformStartTime=now())
    model = job.resource.computed["_Model"]
    objects = _objects(job, model.get("ExecutionRoleArn", ""))
    placed(objects, job.folder / "output", suffix=".out")  # told before anything is downloaded
    spec = {
        "containers": models.place(job, model["Containers"], job.request.get("Environment", {})),
        "inputs": [_input(job, *one) for one in placed(objects, job.folder / "input")],
        "output_dir": str(job.folder / "output"),
        **_settings(job.request),
    }
    (job.folder / "output").mkdir(parents=True, exist_ok=True)
    spec_file = job.folder / "transform.json"
    spec_file.write_text(json.dumps(spec))
    job.check()
    _transform(job, spec_file)
    _upload(job, objects)
    job.finish("Completed", TransformEndTime=now())


def times(_: Job) -> dict[str, Any]:
    """TransformEndTime of a job that ends now."""
    return {"TransformEndTime": now()}


def _transform(job: Job, spec_file: Path) -> None:
    # AWS names the stream after the instance.
    stream = (LOG_GROUP, f"{job.resource.name}/i-{secrets.token_hex(9)[:17]}")
    ended = job.execute("transform_main", [str(spec_file)], job.request.get("Environment", {}), stream=stream)
    if ended.ended_by == "stop":
        raise JobStopped
    if ended.exit_code != 0:
        raise container_failed(ended, job.folder, "failure")


def _objects(job: Job, role: str) -> list[SourceObject]:
    source = job.request["TransformInput"]["DataSource"]["S3DataSource"]
    objects = resolve(job.s3, source["S3Uri"], source["S3DataType"])
    if not objects:
        raise JobFailed(f"ClientError: {no_objects(source['S3Uri'], job.resource.region, role)}")
    return objects


def _input(job: Job, item: SourceObject, target: Path) -> dict[str, str]:
    download(job.s3, item.place, target)
    return {"path": str(target), "key": item.path}


def _settings(request: Mapping[str, Any]) -> dict[str, Any]:
    given, wanted = request["TransformInput"], request["TransformOutput"]
    return {
        "content_type": given.get("ContentType"),
        "compression": given.get("CompressionType", "None"),
        "split_type": given.get("SplitType", "None"),
        "accept": wanted.get("Accept"),
        "assemble_with": wanted.get("AssembleWith", "None"),
        "batch_strategy": request.get("BatchStrategy"),
        "max_payload_mb": request.get("MaxPayloadInMB"),
        "data_processing": {
            "InputFilter": "$",
            "OutputFilter": "$",
            "JoinSource": "None",
            **request.get("DataProcessing", {}),
        },
    }


def _upload(job: Job, objects: list[SourceObject]) -> None:
    target = location(job.request["TransformOutput"]["S3OutputPath"])
    for item, path in placed(objects, job.folder / "output", suffix=".out"):
        upload(job.s3, path, target / f"{item.path}.out", job.request["TransformOutput"].get("KmsKeyId"))
