"""A processing job: S3 prefixes in, a container, S3 prefixes out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runner.failures import JobFailed, JobStopped, container_failed, written_to
from include.local_aws.runner.instances import Instance, instances, run_together
from include.local_aws.runner.job import Job
from include.local_aws.runner.processes import Ended
from include.local_aws.runner.s3 import download, location, upload_all
from include.local_aws.runner.sources import no_objects, placed, resolve
from include.local_aws.store import now

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
ROOT = "/opt/ml/processing"
_DEFAULT_MAX_RUNTIME_SECONDS = 86_400
_LONGEST_MESSAGE = 1024  # what AWS keeps of the messages of all containers


def run(job: Job) -> None:
    """Run a processing job; raises :class:`JobFailed` or :class:`JobStopped` for the runner to record."""
    job.phase("InProgress", ProcessingStartTime=now())
    everyone = instances(job.request["ProcessingResources"]["ClusterConfig"]["InstanceCount"])
    for instance in everyone:
        _stage(job, instance)
        job.check()
    _process(job, everyone)
    for instance in everyone:
        _upload(job, instance.opt_ml(job.folder))
    job.finish("Completed", ProcessingEndTime=now())


def times(_: Job) -> dict[str, Any]:
    """ProcessingEndTime of a job that ends now."""
    return {"ProcessingEndTime": now()}


def local(opt_ml: Path, path: str) -> Path:
    """Where a container's ``/opt/ml/processing/...`` is on this machine; raises :class:`JobFailed` for another path."""
    folder, name = opt_ml / "processing", path.rstrip("/").removeprefix(ROOT).removeprefix("/")
    try:
        return inside(folder, name) if name else folder
    except LeavesFolder as error:
        raise JobFailed(f"ClientError: LocalPath {path!r} is no path below {ROOT}: {error}.") from error


def _stage(job: Job, instance: Instance) -> None:
    opt_ml = instance.opt_ml(job.folder)
    for folder in ("config", "processing", "output"):
        (opt_ml / folder).mkdir(parents=True, exist_ok=True)
    config = {
        "ProcessingJobArn": job.resource.arn,
        **{key: value for key, value in job.request.items() if key != "Tags"},
    }
    (opt_ml / "config" / "processingjobconfig.json").write_text(json.dumps(config))
    resources = {"current_host": instance.host, "hosts": instance.hosts}
    (opt_ml / "config" / "resourceconfig.json").write_text(json.dumps(resources))
    for item in job.request.get("ProcessingInputs", []):
        _fetch(job, instance, item["S3Input"])
    for item in _outputs(job.request):
        local(opt_ml, item["LocalPath"]).mkdir(parents=True, exist_ok=True)


def _fetch(job: Job, instance: Instance, source: Mapping[str, Any]) -> None:
    objects = resolve(job.s3, source["S3Uri"], source["S3DataType"])
    if not objects:
        told = no_objects(source["S3Uri"], job.resource.region, job.request["RoleArn"])
        raise JobFailed(f"ClientError: Data download failed:{told}")
    folder = local(instance.opt_ml(job.folder), source["LocalPath"])
    folder.mkdir(parents=True, exist_ok=True)  # also where the shares of the others leave nothing
    for item, target in placed(instance.share(objects, source), folder):
        download(job.s3, item.place, target)


def _process(job: Job, everyone: Sequence[Instance]) -> None:
    stopping = job.request.get("StoppingCondition", {})

    def execute(instance: Instance, others: Callable[[], str | None]) -> Ended:
        return job.execute(
            "process_main",
            [job.request["AppSpecification"]["ImageUri"], str(instance.opt_ml(job.folder))],
            {"PROCESSING_JOB_NAME": job.resource.name, **job.request.get("Environment", {})},
            stream=(LOG_GROUP, f"{job.resource.name}/{instance.host}-{int(time.time())}"),
            seconds=stopping.get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS),
            log=instance.log,
            others=others,
        )

    instance, ended = run_together(everyone, execute)
    opt_ml = instance.opt_ml(job.folder)
    message = "".join(_message(one.opt_ml(job.folder)) for one in everyone)
    if ended.ended_by == "deadline":
        message = message or "MaxRuntimeInSeconds exceeded"
    elif ended.exit_code != 0:
        message = message or written_to(opt_ml, "output/failure")
    job.change(lambda found: found.with_(ExitMessage=message[:_LONGEST_MESSAGE] or None))
    if ended.ended_by in {"stop", "deadline"}:
        raise JobStopped
    if ended.exit_code != 0:
        raise container_failed(ended, opt_ml, "output/failure")


def _message(opt_ml: Path) -> str:
    """Return what a container left to be told as the job's ExitMessage, however the job ended."""
    try:
        return written_to(opt_ml, "output/message", errors="strict")
    except UnicodeDecodeError as error:
        raise JobFailed(f"ClientError: /opt/ml/output/message is not UTF-8: {error}") from error


def _upload(job: Job, opt_ml: Path) -> None:
    key = job.request.get("ProcessingOutputConfig", {}).get("KmsKeyId")
    for item in _outputs(job.request):
        folder = local(opt_ml, item["LocalPath"])
        target = location(item["S3Uri"])
        upload_all(job.s3, folder, target, key)


def _outputs(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item["S3Output"] for item in request.get("ProcessingOutputConfig", {}).get("Outputs", [])]
