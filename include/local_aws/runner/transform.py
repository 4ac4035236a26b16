"""A batch transform job: objects in, divided among the instances, and one ``.out`` object each out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from include.local_aws.runner import models
from include.local_aws.runner.failures import JobFailed, JobStopped, container_failed
from include.local_aws.runner.instances import Instance, instances, run_together
from include.local_aws.runner.job import Job
from include.local_aws.runner.processes import Ended
from include.local_aws.runner.s3 import download, location, upload
from include.local_aws.runner.sources import SourceObject, no_objects, placed, resolve
from include.local_aws.store import now

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_SPEC = "transform.json"


def run(job: Job) -> None:
    """Run a transform job; raises :class:`JobFailed` or :class:`JobStopped` for the runner to record.

    The objects are divided among the instances. Nothing is uploaded before all are done; then what there is, also of a
    job that failed, but not of one that was stopped.
    """
    job.phase("InProgress", TransformStartTime=now())
    objects = _objects(job, job.resource.computed["_Model"].get("ExecutionRoleArn", ""))
    for suffix in ("", ".out"):  # told before anything is downloaded, and whoever gets which object
        placed(objects, job.folder, suffix=suffix)
    shards = {one: one.shard(objects) for one in instances(job.request["TransformResources"]["InstanceCount"])}
    busy = [one for one, shard in shards.items() if shard]  # the others have nothing to do
    for instance in busy:
        _stage(job, instance, shards[instance])
        job.check()
    failure = _transform(job, busy)
    for instance in busy:
        _upload(job, instance, shards[instance])
    if failure:
        raise failure
    job.finish("Completed", TransformEndTime=now())


def times(_: Job) -> dict[str, Any]:
    """TransformEndTime of a job that ends now."""
    return {"TransformEndTime": now()}


def _stage(job: Job, instance: Instance, objects: list[SourceObject]) -> None:
    folder = job.folder / instance.host
    containers = job.resource.computed["_Model"]["Containers"]
    spec = {
        "containers": models.place(job, containers, job.request.get("Environment", {}), folder),
        "inputs": [_input(job, *one) for one in placed(objects, folder / "input")],
        "output_dir": str(folder / "output"),
        **_settings(job.request),
    }
    (folder / "output").mkdir(parents=True, exist_ok=True)
    (folder / _SPEC).write_text(json.dumps(spec))


def _transform(job: Job, everyone: Sequence[Instance]) -> JobFailed | None:
    def execute(instance: Instance, _: Callable[[], str | None]) -> Ended:  # each goes on when another has failed
        return job.execute(
            "transform_main",
            [str(job.folder / instance.host / _SPEC)],
            job.request.get("Environment", {}),
            # AWS names the stream after the instance.
            stream=(LOG_GROUP, f"{job.resource.name}/i-{secrets.token_hex(9)[:17]}"),
            log=instance.log,
        )

    instance, ended = run_together(everyone, execute)
    if ended.ended_by == "stop":
        raise JobStopped
    if ended.exit_code == 0:
        return None
    job.check()
    return container_failed(ended, job.folder / instance.host, "failure")


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


def _upload(job: Job, instance: Instance, objects: list[SourceObject]) -> None:
    target = location(job.request["TransformOutput"]["S3OutputPath"])
    for item, path in placed(objects, job.folder / instance.host / "output", suffix=".out"):
        if path.exists():  # an object that failed has no output
            upload(job.s3, path, target / f"{item.path}.out", job.request["TransformOutput"].get("KmsKeyId"))
