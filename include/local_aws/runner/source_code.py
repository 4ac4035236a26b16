"""The code of a script of the user's: fetched and unpacked to where its container looks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from include.local_aws.control.images import trains_with_script
from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runner import archive
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import download, location
from include.local_aws.runtimes.script_mode.relocation import ROOT
from include.local_aws.runtimes.script_mode.settings import SUBMIT_DIRECTORY, setting

_S3 = "s3://"


def for_training(job: Job, opt_ml: Path) -> None:
    """Unpack the archive that `sagemaker_submit_directory` names, in S3 or in a channel, to `code/`; none will do.

    Of an image that runs no script of the user's the hyperparameter is its own: Autopilot's featurizers name a folder.

    :raises JobFailed: it cannot be had, or is no archive.
    """
    source = setting(SUBMIT_DIRECTORY, job.request.get("HyperParameters", {}), job.request.get("Environment", {}))
    if source is None or not trains_with_script(job.request):
        return
    if source.startswith(_S3):
        _fetch(job, source, opt_ml / "code")
    elif source.startswith(f"{ROOT}/input/data/"):
        archive.unpack(_brought(opt_ml, source), opt_ml / "code", source)
    else:
        raise JobFailed(
            f"ClientError: {SUBMIT_DIRECTORY} {source!r} is neither an archive in S3 nor one in a channel, below "
            f"{ROOT}/input/data."
        )


def for_serving(job: Job, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Fetch the code that a container's variables name in S3; return them with its place on this machine.

    :raises JobFailed: it cannot be had, or is no archive.
    """
    name = SUBMIT_DIRECTORY.upper()
    source = environment.get(name, "")
    if not source.startswith(_S3):
        return dict(environment)
    _fetch(job, source, folder)
    return {**environment, name: str(folder)}


def _fetch(job: Job, source: str, folder: Path) -> None:
    packed = folder.parent / f"{folder.name}.tar.gz"
    download(job.s3, location(source), packed)
    archive.unpack(packed, folder, source)
    packed.unlink()


def _brought(opt_ml: Path, source: str) -> Path:
    try:
        file = inside(opt_ml, source.removeprefix(f"{ROOT}/"))
    except LeavesFolder as error:
        raise JobFailed(f"ClientError: {SUBMIT_DIRECTORY} cannot be a file of the job: {error}.") from error
    if not file.is_file():
        raise JobFailed(f"ClientError: {SUBMIT_DIRECTORY} {source!r} is not there: no channel brought it.")
    return file
