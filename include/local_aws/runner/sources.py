"""Which objects a data source names, and where each goes below its channel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from include.local_aws.folders import LeavesFolder, check, inside
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.s3 import Location, keys_below, location, said

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class SourceObject:
    """One object of a source: its address and its path below the channel (``a/b.csv``)."""

    place: Location
    path: str


def no_objects(uri: str, region: str, role: str) -> str:
    """AWS's sentence for a source without objects (as seen from CreateTrainingJob)."""
    bucket = location(uri).bucket
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in '
        f'the selected region ({region}), that objects exist under that S3 prefix, and that the role "{role}" has '
        f'"s3:ListBucket" permissions on bucket "{bucket}".'
    )


def resolve(s3: S3Client, uri: str, kind: str) -> list[SourceObject]:
    """List the objects of an ``S3Prefix`` or ``ManifestFile`` source, in key (or manifest) order; [] if there are none.

    They are those of all instances together. Raises :class:`JobFailed` for a manifest that is not one.
    """
    try:
        if kind == "ManifestFile":
            return list(_manifest(s3, location(uri)))
        return list(_prefix(s3, location(uri)))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"NoSuchBucket", "NoSuchKey", "404"}:
            return []
        raise JobFailed(f"ClientError: Data download failed:{said(error)} ({uri})") from error
    except BotoCoreError as error:
        raise JobFailed(f"ClientError: Data download failed:{said(error)} ({uri})") from error


def placed(
    objects: Iterable[SourceObject], folder: Path, *, without: str = "", suffix: str = ""
) -> list[tuple[SourceObject, Path]]:
    """Return each object with the file in ``folder`` that it becomes: its path ``without`` an ending, plus ``suffix``.

    :raises JobFailed: an object's path leads out of the folder or is none, two objects would be one file, or one
        would be a file and the folder of another. Nothing is renamed.
    """
    files: dict[str, SourceObject] = {}
    for item in objects:
        name = item.path.removesuffix(without) + suffix
        if name in files:
            raise _no_place(item, f"{files[name].place} becomes the same file, {name!r}")
        files[name] = item
    result = []
    for name, item in files.items():
        parts = name.split("/")
        above = next((up for end in range(1, len(parts)) if (up := "/".join(parts[:end])) in files), None)
        if above is not None:
            raise _no_place(item, f"{files[above].place} becomes the file {above!r}, which would have to be a folder")
        try:
            result.append((item, inside(folder, name)))
        except LeavesFolder as error:
            raise _no_place(item, f"its path below the source {error}") from error
    return result


def _no_place(item: SourceObject, told: str) -> JobFailed:
    return JobFailed(
        f"ClientError: Data download failed:{str(item.place)[:300]!r} cannot be a file of the job: {told}. Rename the "
        "object, or choose a prefix without it."
    )


def _prefix(s3: S3Client, prefix: Location) -> Iterator[SourceObject]:
    for key in keys_below(s3, prefix):
        yield SourceObject(Location(prefix.bucket, key), _below(prefix.key, key))


def _below(prefix: str, key: str) -> str:
    """Return a key relative to the folder its prefix names.

    ``in/train`` and ``in/train/`` both name the folder of ``in/train/a.csv``; a prefix that is a whole key names a
    file; one that ends inside a name (``in/tr``) names the folder it ends in.
    """
    folder = prefix.rstrip("/")
    if folder and key.startswith(f"{folder}/"):
        return key[len(folder) + 1 :]
    parent, _, _ = prefix.rpartition("/")
    return key[len(parent) + 1 :] if parent else key


def _manifest(s3: S3Client, place: Location) -> Iterator[SourceObject]:
    """Read ``[{"prefix": "s3://bucket/path/"}, "relative/key", ...]``; the relative keys become the paths."""
    text = s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
    try:
        first, *names = json.loads(text)
        prefix = location(first["prefix"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JobFailed(f"ClientError: Data download failed:{place} is not a valid manifest file: {error}") from error
    for name in names:
        yield SourceObject(_manifest_entry(place, prefix, name), name)


def _manifest_entry(place: Location, prefix: Location, name: Any) -> Location:
    told = "is no text"
    if isinstance(name, str):
        try:
            check(name)
        except LeavesFolder as error:
            told = str(error)
        else:
            return Location(prefix.bucket, prefix.key + name)
    raise JobFailed(
        f"ClientError: Data download failed:{place} is not a valid manifest file: entry {str(name)[:200]!r}: {told}"
    )
