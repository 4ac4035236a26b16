"""moto's S3, written through to the data folder and read back at start.

moto keeps buckets and objects in memory. This WSGI wrapper lets it answer a request first, then writes what the request
changed to disk, and only then passes the answer on: whoever saw a 200 finds the object again after a ``kill -9``. Every
file is written under another name and renamed, so there are no half objects.

On disk: ``<bucket>/bucket.json``, ``<bucket>/config/`` (bucket settings, kept as the requests that made them), and
``<bucket>/objects/<sha256 of the key>``: one line of JSON, then the bytes.
Not kept: versions (versioning is refused), ACLs, object locks, and the parts of uploads that were never completed. The
queue that a bucket tells of new objects is not kept either: until it is made again, nothing is told.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from werkzeug.test import EnvironBuilder, run_wsgi_app

from include.local_aws import bucket_events, bucket_policies
from include.local_aws.account import ACCOUNT
from include.local_aws.folders import inside
from include.local_aws.moto_answers import InvalidBucketName, MethodNotAllowed
from include.local_aws.operations import body_of
from include.local_aws.refusals import xml_refusal

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

_MUTATING = {"PUT", "POST", "DELETE"}
_REFUSED_SETTINGS = ("versioning", "object-lock", "replication", "website", "logging", "cors")
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_NEW_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_SIGNING = ("x-amz-", "awsaccesskeyid", "signature", "expires", "x-id")
_STRIPES = 64
_PATH_STYLE = "localhost"  # the host by which moto knows that the bucket is in the path, and not in the host


class DurableS3:
    """The wrapper around ``app``, which serves moto's S3. Call :meth:`restore` once before serving."""

    def __init__(self, folder: Path, app: WsgiApp) -> None:
        self._folder = folder
        self._app = app
        self._locks = [threading.Lock() for _ in range(_STRIPES)]
        self._writing = [threading.Lock() for _ in range(_STRIPES)]
        self._counter = itertools.count()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one S3 request."""
        environ["HTTP_HOST"] = _PATH_STYLE
        if environ["REQUEST_METHOD"] not in _MUTATING:
            return self._app(environ, start_response)
        bucket, key = _bucket_and_key(environ)
        settings = _settings(environ)
        refusal = _refusal(environ, bucket, key, settings)
        if refusal:
            return xml_refusal(start_response, "NotImplemented", refusal, status=501)
        body = body_of(environ) if not key else b""
        if not key and "notification" in settings and (untold := bucket_events.refusal(body)):
            return xml_refusal(start_response, *untold, status=400 if untold[0] == "InvalidArgument" else 501)
        if bucket_policies.makes_object(environ, key, settings):
            denied = bucket_policies.denial(getattr(_buckets().get(bucket), "policy", None), bucket, key, environ)
            if denied:
                return xml_refusal(start_response, "AccessDenied", denied, status=403)
        form = _hide_form(environ) if key and not settings else None
        # moto looks at If-Match and If-None-Match first and writes later; one writer at a time makes that one step.
        with self._writing[hash((bucket, key)) % _STRIPES] if key else nullcontext():
            chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        if status.startswith("2"):
            if form:
                _buckets()[bucket].keys[key].set_metadata({"Content-Type": form})
            self._write_through(environ, bucket, key, settings, body)
        start_response(status, list(headers.items()))
        return chunks

    def reads_document(self, environ: Environ) -> bool:
        """Whether a request's body is an XML document, and not an object or a part of one."""
        _, key = _bucket_and_key(environ)
        settings = _settings(environ)
        return (
            environ["REQUEST_METHOD"] in {"PUT", "POST"}
            and (bool(settings) or not key)
            and "partNumber" not in settings
        )

    def restore(self) -> None:
        """Give moto every bucket and object of the data folder."""
        bucket_policies.leave_conditions_to_us()
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._folder.rglob("*.part"):
            leftover.unlink()
        for description in sorted(self._folder.glob("*/bucket.json")):
            self._restore_bucket(description)

    # ---- writing

    def _write_through(
        self, environ: Environ, bucket: str, key: str, settings: dict[str, list[str]], body: bytes
    ) -> None:
        if key:
            if "partNumber" not in settings:  # a part is no object yet
                self._sync_object(bucket, key)
        elif "delete" in settings:
            for deleted in _keys_to_delete(body):
                self._sync_object(bucket, deleted)
        elif settings:
            self._keep_setting(environ, bucket, settings, body)
        else:
            self._sync_bucket(bucket)

    def _sync_bucket(self, name: str) -> None:
        bucket = _buckets().get(name)
        with self._lock(name):
            if bucket is None:
                shutil.rmtree(inside(self._folder, name), ignore_errors=True)
                return
            description = {"name": name, "region": bucket.region_name, "created": bucket.creation_date.isoformat()}
            self._replace(inside(self._folder, name) / "bucket.json", json.dumps(description).encode())

    def _sync_object(self, bucket_name: str, key_name: str) -> None:
        """Make the file of a key say what moto says now: under one lock, so the last of two writers is right."""
        path = self._object_path(bucket_name, key_name)
        with self._lock(str(path)):
            bucket = _buckets().get(bucket_name)
            found = _current(bucket, key_name)
            if found is None:
                path.unlink(missing_ok=True)
                return
            header, body = found
            self._replace(path, json.dumps(header).encode() + b"\n" + body)

    def _keep_setting(self, environ: Environ, bucket: str, settings: dict[str, list[str]], body: bytes) -> None:
        name = "-".join(sorted(settings))
        path = inside(self._folder, bucket) / "config" / hashlib.sha256(name.encode()).hexdigest()
        with self._lock(str(path)):
            if environ["REQUEST_METHOD"] == "DELETE":
                path.unlink(missing_ok=True)
                return
            kept = {"query": environ["QUERY_STRING"], "body": base64.b64encode(body).decode()}
            self._replace(path, json.dumps(kept).encode())

    def _replace(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{next(self._counter)}.part")
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - Path.replace is the same call; this one is known to be atomic

    def _object_path(self, bucket: str, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return inside(self._folder, bucket) / "objects" / digest[:2] / digest

    def _lock(self, name: str) -> threading.Lock:
        return self._locks[hash(name) % _STRIPES]

    # ---- reading back

    def _restore_bucket(self, description: Path) -> None:
        known = json.loads(description.read_bytes())
        bucket = _backend().create_bucket(known["name"], known["region"])
        bucket.creation_date = datetime.fromisoformat(known["created"])
        for path in sorted(description.parent.glob("objects/*/*")):
            header, _, body = path.read_bytes().partition(b"\n")
            _restore_object(bucket, json.loads(header), body)
        for path in sorted(description.parent.glob("config/*")):
            kept = json.loads(path.read_bytes())
            request = EnvironBuilder(
                method="PUT", path=f"/{known['name']}", query_string=kept["query"], data=base64.b64decode(kept["body"])
            )
            run_wsgi_app(self._app, request.get_environ(), buffered=True)


def _backend() -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[ACCOUNT]["aws"]


def _buckets() -> dict[str, Any]:
    buckets: dict[str, Any] = _backend().buckets
    return buckets


def _current(bucket: Any, key_name: str) -> tuple[dict[str, Any], bytes] | None:
    """Read moto's object as (what is kept about it, its bytes); None if it is gone."""
    while True:
        key = bucket.keys.get(key_name) if bucket is not None else None
        if key is None:
            return None
        try:
            body: bytes = key.value
            tags = _backend().tagger.get_tag_dict_for_resource(key.arn)
        except ValueError:
            continue  # another request replaced it while it was read: read the new one
        return {
            "key": key_name,
            "etag": key.etag.strip('"'),
            "modified": key.last_modified.replace(tzinfo=UTC).isoformat(),
            "metadata": dict(key.metadata),
            "storage": key.storage_class,
            "tags": tags,
            **{name: getattr(key, name) for name in _PLAIN_ATTRIBUTES},
        }, body


_PLAIN_ATTRIBUTES = (
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "website_redirect_location",
    "checksum_algorithm",
    "checksum_value",
    "checksum_type",
    "checksum_parts",
)


def _restore_object(bucket: Any, header: dict[str, Any], body: bytes) -> None:
    from moto.s3.models import FakeKey

    key = FakeKey(
        name=header["key"],
        bucket_name=bucket.name,
        value=body,
        account_id=ACCOUNT,
        region_name=bucket.region_name,
        storage=header["storage"],
        etag=header["etag"],
        version_id="null",
    )
    key.set_metadata(header["metadata"], replace=False)
    key.last_modified = datetime.fromisoformat(header["modified"]).replace(tzinfo=None)
    for name in _PLAIN_ATTRIBUTES:
        setattr(key, name, header[name])
    bucket.keys.setlist(header["key"], [key])
    if header["tags"]:
        tagger = _backend().tagger
        tagger.tag_resource(key.arn, tagger.convert_dict_to_tags_input(header["tags"]))


def _bucket_and_key(environ: Environ) -> tuple[str, str]:
    """Split a path-style request into bucket and key; WSGI hands the path over decoded, but as Latin-1."""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, key


def _settings(environ: Environ) -> dict[str, list[str]]:
    """Return what a request's query asks, without the parts that only sign it."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return {name: value for name, value in query.items() if not name.lower().startswith(_SIGNING)}


def _refusal(environ: Environ, bucket: str, key: str, settings: dict[str, list[str]]) -> str | None:
    """Why a request is not done here, or None."""
    what = None
    if not bucket or (key and environ["REQUEST_METHOD"] == "POST" and not settings):
        raise MethodNotAllowed("The specified method is not allowed against this resource.")
    makes = not key and environ["REQUEST_METHOD"] == "PUT" and not settings
    if not _BUCKET_NAME.fullmatch(bucket) or (makes and not _may_be_named(bucket)):
        raise InvalidBucketName(f"The specified bucket is not valid: {bucket!r}.")
    if environ.get("HTTP_X_AMZ_BUCKET_OBJECT_LOCK_ENABLED", "").lower() == "true":
        what = "Object lock"
    elif not key and environ["REQUEST_METHOD"] == "POST" and "delete" not in settings:
        what = "Uploading by an HTML form"
    elif not key and environ["REQUEST_METHOD"] == "PUT":
        what = next((f"The bucket setting {name}" for name in _REFUSED_SETTINGS if name in settings), None)
    return f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does." if what else None


def _may_be_named(bucket: str) -> bool:
    """Whether a new bucket may have this name, by the documented rules; older ones are served whatever theirs is."""
    return (
        _NEW_BUCKET.fullmatch(bucket) is not None
        and ".." not in bucket
        and not _ADDRESS.fullmatch(bucket)
        and not bucket.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        and not bucket.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))
    )


def _hide_form(environ: Environ) -> str | None:
    """Give a PUT of an object that claims to be a form another content type; answers the one it had, or None.

    moto would have its web framework read the form and store an empty object.
    """
    content_type: str = environ.get("CONTENT_TYPE", "")
    is_form = content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))
    if environ["REQUEST_METHOD"] != "PUT" or not is_form:
        return None
    environ["CONTENT_TYPE"] = "binary/octet-stream"
    return content_type


def _keys_to_delete(body: bytes) -> Iterator[str]:
    for element in ElementTree.fromstring(body).iter():  # noqa: S314 - the signed-in caller's own request on loopback
        if element.tag.endswith("Key"):
            yield element.text or ""
