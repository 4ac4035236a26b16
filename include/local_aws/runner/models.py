"""A model's containers on this machine: their artifacts unpacked, their names, their environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from include.local_aws.runner import archive, source_code
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import download, location

Container = Mapping[str, Any]


class ArtifactMissing(JobFailed):
    """A container's artifact cannot be had; ``container`` and ``url`` say whose and which."""

    def __init__(self, container: str, url: str, reason: str) -> None:
        super().__init__(reason)
        self.container = container
        self.url = url


def place(
    job: Job, containers: Sequence[Container], environment: Mapping[str, str], folder: Path
) -> list[dict[str, Any]]:
    """Unpack the artifacts into a folder of the job; return the chain as its process reads it.

    :param environment: variables of the job, which go before those of the containers.
    :raises ArtifactMissing: S3 will not give an artifact, or it is no archive.
    """
    return [_place(job, containers, index, environment, folder) for index in range(len(containers))]


def name_of(containers: Sequence[Container], index: int) -> str:
    """Return what AWS calls a container: ``primary`` if it is the only one, else its host name or its place."""
    if len(containers) == 1:
        return "primary"
    return str(containers[index].get("ContainerHostname", f"container-{index + 1}"))


def _place(
    job: Job, containers: Sequence[Container], index: int, environment: Mapping[str, str], folder: Path
) -> dict[str, Any]:
    container, name = containers[index], name_of(containers, index)
    unpacked = folder / f"model-{index}"
    unpacked.mkdir(parents=True, exist_ok=True)
    url = container.get("ModelDataUrl")
    if url:
        packed = folder / f"model-{index}.tar.gz"
        try:
            download(job.s3, location(url), packed)
            archive.unpack(packed, unpacked, url)
        except JobFailed as failure:
            raise ArtifactMissing(name, url, str(failure)) from failure
    variables = {**container.get("Environment", {}), **environment}
    return {
        "name": name,
        "image": container["Image"],
        "model_dir": str(unpacked),
        "environment": source_code.for_serving(job, variables, folder / f"code-{index}"),
    }
