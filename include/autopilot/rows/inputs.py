"""The files of new rows to score: one CSV, plain or gzipped, or all of them under a folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingObjectError, ScoringError
from include.autopilot.base.locations import parse_uri
from include.autopilot.s3.objects import SOURCE_METADATA, list_uris

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True)
class InputFile:
    """One file as it was when it was listed.

    :param name: its path below the folder that was asked for, without ``.gz``: the name of its predictions.
    :param etag: S3's tag of this content; reading it later fails if it changed meanwhile.
    :param source: where its rows come from, in words.
    """

    uri: str
    name: str
    etag: str
    source: str | None


def list_inputs(s3: S3Client, uri: str) -> tuple[InputFile, ...]:
    """Return the files at an address, in the order of their keys.

    In a folder, names that begin with ``_`` or ``.``, and what is in folders of such names (``_temporary``), are passed
    over; anything else must be a CSV file. What is called like one and is passed over is told in the log.

    :param uri: of a file, or of a folder with or without the closing slash.
    :raises ScoringError: there is nothing, or something that cannot be read as CSV by its name.
    """
    one = None if uri.endswith("/") else _head(s3, uri)
    if one is not None:
        return (_file(uri, uri.rpartition("/")[2], one),)
    try:
        listed = list_uris(s3, uri)
    except MissingObjectError as error:
        raise ScoringError(f"input: {error} Correct the address in the form or in the YAML's score.input.") from error
    folder = f"{uri.rstrip('/')}/"
    names = {found: found.removeprefix(folder) for found in listed}
    wanted = {found: name for found, name in names.items() if _counts(name)}
    for found in names.keys() - wanted.keys():
        if _looks_like_data(names[found]):
            log.warning("%s is passed over for its name. Upload it under another one if it is data.", found)
    if not wanted:
        raise ScoringError(f"input: {uri} holds no file. Put a CSV file with a header there, or correct the address.")
    return _distinct([_file(found, name, _described(s3, found)) for found, name in wanted.items()])


def _distinct(files: list[InputFile]) -> tuple[InputFile, ...]:
    first: dict[str, InputFile] = {}
    for file in files:
        other = first.setdefault(file.name, file)
        if other is not file:
            raise ScoringError(
                f"input: {other.uri} and {file.uri} would both be predicted into {file.name}. Rename one of them."
            )
    return tuple(files)


def _file(uri: str, name: str, described: Any) -> InputFile:
    if not name.endswith(_ENDINGS):
        raise ScoringError(f"input: {uri} is not a CSV file by its name. Rename it to <name>.csv or <name>.csv.gz.")
    source = described.get("Metadata", {}).get(SOURCE_METADATA)
    return InputFile(uri, name.removesuffix(".gz"), described["ETag"], source)


def _looks_like_data(name: str) -> bool:
    """Whether a name that is passed over may be that of rows: hidden, or with a slash at its end as a folder has."""
    folder, _, file = name.rstrip("/").rpartition("/")
    return file.lower().endswith(_ENDINGS) and (not folder or _counts(folder))


def _counts(name: str) -> bool:
    return bool(name) and not name.endswith("/") and not any(part.startswith(("_", ".")) for part in name.split("/"))


def _described(s3: S3Client, uri: str) -> Any:
    described = _head(s3, uri)
    if described is None:
        raise ScoringError(f"input: {uri} was deleted while it was being listed. Run the scoring again.")
    return described


def _head(s3: S3Client, uri: str) -> Any:
    bucket, key = parse_uri(uri)
    try:
        return s3.head_object(Bucket=bucket, Key=key) if key else None
    except ClientError as error:
        # The answer to HEAD has no body, so the code is the HTTP status.
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket", "NoSuchKey"):
            return None
        raise
