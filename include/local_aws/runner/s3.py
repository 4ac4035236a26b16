"""S3 as jobs see it: this endpoint's own, or the one ``AWS_ENDPOINT_URL_S3`` names."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from include.local_aws.folders import LeavesFolder, files_in
from include.local_aws.runner.failures import JobFailed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    retries={"max_attempts": 3, "mode": "standard"}, s3={"addressing_style": "path"}, max_pool_connections=16
)


class BadUri(ValueError):
    """Not an ``s3://bucket/key`` address."""


@dataclass(frozen=True)
class Location:
    """An S3 address: a bucket and a key or key prefix."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> Location:
        """Return the address ``name`` below this one."""
        return Location(self.bucket, f"{self.key.rstrip('/')}/{name}".lstrip("/"))


def location(uri: str) -> Location:
    """Read an ``s3://`` address; raises :class:`BadUri` for anything else."""
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise BadUri(f"{uri!r} is not an s3://bucket/key address")
    return Location(parts.netloc, uri.split("://", 1)[1].partition("/")[2])


class S3Access:
    """Makes S3 clients, one per region, shared by all threads.

    ``endpoint`` None means this endpoint's own S3 at ``own_url``, signed with made-up keys: nothing verifies them.
    """

    def __init__(self, endpoint: str | None, own_url: str) -> None:
        self._endpoint = endpoint
        self._own_url = own_url
        self._own_key = secrets.token_hex(10)
        self._lock = threading.Lock()
        self._clients: dict[str, S3Client] = {}

    def signed(self, authorization: str) -> bool:
        """Whether a request comes from this endpoint's own jobs, which nobody calls over a network on AWS."""
        return f"Credential={self._own_key}/" in authorization

    def client(self, region: str) -> S3Client:
        """Return the client of a region."""
        with self._lock:
            if region not in self._clients:
                self._clients[region] = self._new(region)
            return self._clients[region]

    def variables(self, region: str) -> dict[str, str]:
        """Return the variables by which a job's own script finds AWS: this endpoint, whatever the user's shell says."""
        given = {"AWS_ENDPOINT_URL": self._own_url, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        if self._endpoint is None:
            given |= {"AWS_ACCESS_KEY_ID": "job", "AWS_SECRET_ACCESS_KEY": "job"}
        return given

    def _new(self, region: str) -> S3Client:
        session = boto3.session.Session()
        if self._endpoint:
            return session.client("s3", region_name=region, endpoint_url=self._endpoint, config=_CONFIG)
        made = session.client(
            "s3",
            region_name=region,
            endpoint_url=self._own_url,
            config=_CONFIG,
            aws_access_key_id=self._own_key,
            aws_secret_access_key=secrets.token_hex(20),
        )
        # SageMaker encrypts whatever it writes with KMS; without a key with the account's own one for S3. An S3 of
        # somebody else's may have no KMS, so only a key that a request names is sent there.
        made.meta.events.register("before-parameter-build.s3", _encrypt)
        return made


def _encrypt(params: dict[str, Any], model: Any, **_: Any) -> None:
    if model.input_shape is not None and "ServerSideEncryption" in model.input_shape.members:
        params.setdefault("ServerSideEncryption", "aws:kms")


def keys_below(s3: S3Client, prefix: Location) -> Iterator[str]:
    """Every key that starts with the prefix, in key order, without folder markers (keys that end in ``/``)."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
    for page in pages:
        for item in page.get("Contents", []):
            if not item["Key"].endswith("/"):
                yield item["Key"]


def exists(s3: S3Client, place: Location) -> bool:
    """Whether there is an object at exactly this address."""
    try:
        s3.head_object(Bucket=place.bucket, Key=place.key)
    except ParamValidationError:  # no key, or a bucket's name that is none
        return False
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey", "NoSuchBucket", "403"}:
            return False
        raise
    return True


def download(s3: S3Client, place: Location, target: Path) -> None:
    """Fetch an object into a new file, making its folders.

    :raises JobFailed: S3 will not give it, or there cannot be such a file.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        body = s3.get_object(Bucket=place.bucket, Key=place.key)["Body"]
        with target.open("xb") as file:
            for chunk in body.iter_chunks(1 << 20):
                file.write(chunk)
    except (ClientError, BotoCoreError) as error:
        raise JobFailed(f"ClientError: Data download failed:{said(error)} ({place})") from error
    except OSError as error:
        # Also where the file system does not tell two names apart that S3 does.
        raise JobFailed(f"ClientError: Data download failed:{error.strerror} ({place})") from error


def upload(s3: S3Client, source: Path, place: Location, kms_key: str | None) -> None:
    """Put a file into S3, encrypted with the key that the job's request names; raises :class:`JobFailed` if refused."""
    about = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
    try:
        with source.open("rb") as file:
            s3.upload_fileobj(file, place.bucket, place.key, ExtraArgs=about)
    except (ClientError, BotoCoreError, boto3.exceptions.Boto3Error) as error:
        raise JobFailed(f"ClientError: Artifact upload failed:{said(error)} ({place})") from error


def upload_all(s3: S3Client, folder: Path, place: Location, kms_key: str | None) -> None:
    """Put every file in a folder into S3, under its name there, as :func:`upload` does.

    :raises JobFailed: S3 will not take one, or one is a link that leads out of the folder.
    """
    try:
        for path, name in files_in(folder):
            upload(s3, path, place / name, kms_key)
    except LeavesFolder as error:
        raise JobFailed(f"ClientError: Artifact upload failed:{error} ({place})") from error


def said(error: Exception) -> str:
    """Return what S3 said: ``NoSuchBucket: The specified bucket does not exist``."""
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return f"{told.get('Code')}: {told.get('Message')}"
    return str(error)
