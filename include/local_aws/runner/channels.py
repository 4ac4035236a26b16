"""The input half of /opt/ml: a training job's channels and its configuration files."""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runner import pipes
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.instances import ONLY, Instance
from include.local_aws.runner.s3 import download
from include.local_aws.runner.sources import SourceObject, no_objects, placed, resolve

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def stage(
    s3: S3Client, request: Mapping[str, Any], opt_ml: Path, region: str, instance: Instance = ONLY
) -> list[pipes.Pipes]:
    """Lay out ``opt_ml`` for a CreateTrainingJob request; answers the pipes to close when the container has ended.

    With several instances, ``instance`` is the one whose folder it is.

    Raises :class:`JobFailed` for a channel without objects or one that S3 does not give.
    """
    for name in ("input/config", "input/data", "model", "output/data"):
        (opt_ml / name).mkdir(parents=True, exist_ok=True)
    _write_config(request, opt_ml / "input" / "config", instance)
    opened: list[pipes.Pipes] = []
    for channel in request.get("InputDataConfig", []):
        found = _objects(s3, channel, region, request["RoleArn"])
        objects = instance.share(found, channel["DataSource"]["S3DataSource"])
        folder = _folder(opt_ml / "input" / "data", channel["ChannelName"])
        if input_mode(request, channel) == "Pipe":
            opened.append(_open_pipe(s3, channel, objects, folder))
        else:
            _fill(s3, channel, objects, folder, opt_ml / "packed")
    return opened


def input_mode(request: Mapping[str, Any], channel: Mapping[str, Any]) -> str:
    """File, FastFile or Pipe: the channel's own word wins over the algorithm's."""
    mode: str = channel.get("InputMode", request["AlgorithmSpecification"]["TrainingInputMode"])
    return mode


def _folder(data: Path, name: str) -> Path:
    try:
        return inside(data, name)
    except LeavesFolder as error:
        raise JobFailed(f"ClientError: A channel cannot be a folder: its name {error}.") from error


def _objects(s3: S3Client, channel: Mapping[str, Any], region: str, role: str) -> list[SourceObject]:
    source = channel["DataSource"]["S3DataSource"]
    objects = resolve(s3, source["S3Uri"], source["S3DataType"])
    if not objects:
        raise JobFailed(f"ClientError: Data download failed:{no_objects(source['S3Uri'], region, role)}")
    return objects


def _fill(s3: S3Client, channel: Mapping[str, Any], objects: list[SourceObject], folder: Path, packed: Path) -> None:
    """File mode, and FastFile, which on AWS differs only in when the bytes arrive; ``packed`` is a place in passing."""
    folder.mkdir(parents=True, exist_ok=True)
    gzipped = channel.get("CompressionType") == "Gzip"
    for item, target in placed(objects, folder, without=".gz" if gzipped else ""):
        download(s3, item.place, packed if gzipped else target)
        if gzipped:
            _unzip(packed, target, item.path)


def _unzip(packed: Path, target: Path, name: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(packed) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file)
    except (OSError, EOFError, zlib.error) as error:
        raise JobFailed(f"ClientError: Data download failed:{name} is not gzip: {error}") from error
    packed.unlink()


def _open_pipe(s3: S3Client, channel: Mapping[str, Any], objects: list[SourceObject], folder: Path) -> pipes.Pipes:
    def bodies() -> Iterator[bytes]:
        for item in objects:
            yield s3.get_object(Bucket=item.place.bucket, Key=item.place.key)["Body"].read()

    gzipped = channel.get("CompressionType") == "Gzip"
    as_records = channel.get("RecordWrapperType") == "RecordIO"
    return pipes.Pipes(folder, lambda: pipes.decoded(bodies(), gzipped=gzipped, as_records=as_records))


def _write_config(request: Mapping[str, Any], folder: Path, instance: Instance) -> None:
    """Write hyperparameters.json, inputdataconfig.json and resourceconfig.json as SageMaker documents them."""
    resources = request["ResourceConfig"]
    config = {
        "hyperparameters": dict(request.get("HyperParameters", {})),
        "inputdataconfig": {
            item["ChannelName"]: _channel(request, item) for item in request.get("InputDataConfig", [])
        },
        "resourceconfig": {
            "current_host": instance.host,
            "current_instance_type": resources.get("InstanceType"),
            "current_group_name": "homogeneousCluster",
            "hosts": instance.hosts,
            "instance_groups": [
                {
                    "instance_group_name": "homogeneousCluster",
                    "instance_type": resources.get("InstanceType"),
                    "hosts": instance.hosts,
                }
            ],
            "network_interface_name": "lo",
        },
    }
    for name, content in config.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


def _channel(request: Mapping[str, Any], channel: Mapping[str, Any]) -> dict[str, str]:
    source = channel["DataSource"]["S3DataSource"]
    described = {
        "TrainingInputMode": input_mode(request, channel),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        described["ContentType"] = channel["ContentType"]
    return described
