"""A training job, from Downloading to its last status."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from include.local_aws.folders import LeavesFolder, files_in, inside
from include.local_aws.runner import archive, channels, source_code
from include.local_aws.runner.failures import JobFailed, JobInterrupted, JobStopped, container_failed
from include.local_aws.runner.instances import Instance, instances, run_together
from include.local_aws.runner.job import Job
from include.local_aws.runner.metrics import Metrics
from include.local_aws.runner.pipes import Pipes
from include.local_aws.runner.processes import Ended
from include.local_aws.runner.s3 import Location, location, upload, upload_all
from include.local_aws.store import now

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_TELL_SECONDS = 0.5  # between two notes of how the objective goes, for a tuning job that follows it
_DEFAULT_MAX_RUNTIME_SECONDS = 86_400  # StoppingCondition's documented default, one day


def run(job: Job) -> None:
    """Run a training job; raises for the runner to record JobFailed, JobStopped or JobInterrupted."""
    # A job that was interrupted has started already.
    job.phase("Downloading", TrainingStartTime=job.resource.computed.get("TrainingStartTime", now()))
    everyone = instances(job.request["ResourceConfig"]["InstanceCount"])
    opened: list[Pipes] = []
    try:
        for instance in everyone:
            opt_ml = instance.opt_ml(job.folder)
            opened += channels.stage(job.s3, job.request, opt_ml, job.resource.region, instance)
            source_code.for_training(job, opt_ml)
        job.phase("Training")
        instance, ended = _train(job, everyone)
    finally:
        for pipe in opened:
            pipe.close()
    if ended.by_itself and ended.exit_code != 0:
        raise container_failed(ended, instance.opt_ml(job.folder), "output/failure")
    _conclude(job, _gathered(job, everyone), ended)


def _train(job: Job, everyone: Sequence[Instance]) -> tuple[Instance, Ended]:
    # The stored description, not the request: it has the image's built-in metric definitions.
    specification = job.resource.computed["AlgorithmSpecification"]
    computed = job.resource.computed
    followed = computed["_Objective"]["MetricName"] if computed.get("_Followed") else None
    metrics = Metrics(specification.get("MetricDefinitions", []), followed)
    last_told = time.monotonic()
    reading = threading.Lock()  # of several instances

    def read(line: str) -> None:
        nonlocal last_told
        with reading:
            metrics.read(line)
            if metrics.series and time.monotonic() - last_told > _TELL_SECONDS:
                last_told = time.monotonic()
                job.change(lambda found: found.with_(_Series=metrics.series))

    stopping = job.request.get("StoppingCondition", {})

    def execute(instance: Instance, others: Callable[[], str | None]) -> Ended:
        return job.execute(
            "train_main",
            [specification["TrainingImage"], str(instance.opt_ml(job.folder))],
            _environment(job),
            stream=(LOG_GROUP, f"{job.resource.name}/{instance.host}-{int(time.time())}"),
            seconds=stopping.get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS),
            read_line=read,
            log=instance.log,
            others=others,
        )

    ended = run_together(everyone, execute)
    job.change(lambda found: found.with_(FinalMetricDataList=metrics.final() or None, _Series=metrics.series or None))
    return ended


def _gathered(job: Job, everyone: Sequence[Instance]) -> Path:
    """Return one ``/opt/ml`` with what all instances left for S3; of two files of one name, the lower host's counts."""
    first, *others = (instance.opt_ml(job.folder) for instance in everyone)
    for other in others:
        for name in ("model", "output/data"):
            _add(other / name, first / name)
    return first


def _add(source: Path, target: Path) -> None:
    try:
        for path, name in files_in(source):
            place = inside(target, name)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
    except (LeavesFolder, OSError) as error:  # OSError: a file of one is a folder of the other
        raise JobFailed(f"ClientError: Artifact upload failed:{error}") from error


def _environment(job: Job) -> dict[str, str]:
    return {
        "TRAINING_JOB_NAME": job.resource.name,
        "TRAINING_JOB_ARN": job.resource.arn,
        **job.request.get("Environment", {}),
    }


def _conclude(job: Job, opt_ml: Path, ended: Ended) -> None:
    if ended.by_itself:
        job.phase("Uploading")
    if ended.ended_by == "interrupt":
        raise JobInterrupted  # what it had saved went with the instance: checkpoints are not done here
    # A job that was ended from outside keeps the model it had saved by then, as on AWS.
    artifacts = _upload(job, opt_ml)
    if ended.ended_by in {"stop", "wait"}:
        job.change(lambda found: found.with_(**artifacts))
        raise JobStopped("Stopped" if ended.ended_by == "stop" else "MaxWaitTimeExceeded")
    if ended.ended_by == "deadline":
        job.finish("Stopped", "MaxRuntimeExceeded", **artifacts, **times(job))
    else:
        job.finish("Completed", **artifacts, **times(job))


def _upload(job: Job, opt_ml: Path) -> dict[str, Any]:
    """Upload model.tar.gz and, if there is anything in it, output.tar.gz; answers ModelArtifacts."""
    target = location(job.request["OutputDataConfig"]["S3OutputPath"]) / job.resource.name / "output"
    model = _upload_folder(job, opt_ml / "model", target, "model")
    _upload_folder(job, opt_ml / "output" / "data", target, "output")
    return {"ModelArtifacts": {"S3ModelArtifacts": str(model)}} if model else {}


def _upload_folder(job: Job, folder: Path, target: Location, name: str) -> Location | None:
    if not archive.has_files(folder):
        return None
    key = job.request["OutputDataConfig"].get("KmsKeyId")
    if job.request["OutputDataConfig"].get("CompressionType") == "NONE":
        upload_all(job.s3, folder, target / name, key)
        return target / f"{name}/"
    packed = job.folder / f"{name}.tar.gz"
    archive.pack(folder, packed)
    place = target / packed.name
    upload(job.s3, packed, place, key)
    return place


def times(job: Job) -> dict[str, Any]:
    """TrainingEndTime and the seconds of a job that ends now; nothing is billed before its instance is there.

    There are no spot prices here: BillableTimeInSeconds is TrainingTimeInSeconds without the waiting for an instance
    after an interruption.
    """
    started = job.resource.computed.get("TrainingStartTime")
    if started is None:
        return {"TrainingEndTime": now()}
    ended = now()
    seconds = (ended - started).total_seconds()
    return {
        "TrainingEndTime": ended,
        "TrainingTimeInSeconds": max(1, round(seconds)),
        "BillableTimeInSeconds": max(1, round(seconds - _without_instance(job, started, ended))),
    }


def _without_instance(job: Job, started: datetime, ended: datetime) -> float:
    history = job.resource.computed["SecondaryStatusTransitions"]
    waits: list[timedelta] = [
        entry.get("EndTime", ended) - entry["StartTime"]
        for entry in history
        if entry["Status"] in {"Interrupted", "Starting"} and entry["StartTime"] >= started
    ]
    return sum(wait.total_seconds() for wait in waits)
