"""An S3 in this process' memory, for the few calls that a run makes; what it does not know it refuses.

moto answers the same calls and spends far more time on a listing than the steps that are measured.
"""

from __future__ import annotations

import hashlib
import io
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSResponse

_PAGE = 1000
_WHEN = "2024-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Kept:
    """One object."""

    body: bytes
    headers: dict[str, str]

    @property
    def etag(self) -> str:
        """S3's mark of the content."""
        return self.headers["ETag"]


@dataclass
class MemoryS3:
    """Answers what botocore is about to send: a handler of its event ``before-send.s3``.

    Addresses are in path style.

    :param objects: path (bucket/key) -> object; ``paths``: in order.
    """

    objects: dict[str, Kept] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        """Answer one request."""
        url = urlsplit(request.url)
        path, query = unquote(url.path).lstrip("/"), parse_qs(url.query)
        if request.method == "PUT" and not query:
            status, headers, body = self._put(path, request)
        elif "list-type" in query:
            status, headers, body = self._list(path, query)
        elif request.method in ("GET", "HEAD") and not query:
            status, headers, body = self._get(path)
        else:
            raise NotImplementedError(f"{request.method} {request.url}")
        sent = b"" if request.method == "HEAD" else body
        return AWSResponse(request.url, status, headers, _Raw(sent))

    def _put(self, path: str, request: Any) -> tuple[int, dict[str, str], bytes]:
        if "If-None-Match" in request.headers and path in self.objects:
            return _error(412, "PreconditionFailed")
        body = request.body or b""
        body = body if isinstance(body, bytes) else body.read()
        headers = {
            "ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"',
            "Content-Length": str(len(body)),
        }
        sent = {name.lower(): _text(value) for name, value in request.headers.items()}
        headers |= {name: value for name, value in sent.items() if name.startswith("x-amz-meta-")}
        if path not in self.objects:
            insort(self.paths, path)
        self.objects[path] = Kept(body, headers)
        return 200, {"ETag": headers["ETag"]}, b""

    def _get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        kept = self.objects.get(path)
        return (200, kept.headers, kept.body) if kept else _error(404, "NoSuchKey")

    def _list(self, bucket: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        beginning = f"{bucket.rstrip('/')}/{query.get('prefix', [''])[0]}"
        first = query.get("continuation-token", [beginning])[0]
        found = []
        for place in range(bisect_left(self.paths, first), len(self.paths)):
            path = self.paths[place]
            if not path.startswith(beginning) or len(found) > _PAGE:
                break
            found.append(path)
        more = f"<NextContinuationToken>{found[_PAGE]}</NextContinuationToken>" if len(found) > _PAGE else ""
        entries = "".join(self._entry(path) for path in found[:_PAGE])
        truncated = f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"
        return 200, {}, f"<ListBucketResult>{truncated}{more}{entries}</ListBucketResult>".encode()

    def _entry(self, path: str) -> str:
        kept, key = self.objects[path], path.partition("/")[2]
        told = (
            f"<Key>{key}</Key><LastModified>{_WHEN}</LastModified><ETag>{kept.etag}</ETag><Size>{len(kept.body)}</Size>"
        )
        return f"<Contents>{told}</Contents>"


class _Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, size: int = 2**16, **_: Any) -> Iterator[bytes]:
        while piece := self.read(size):
            yield piece


def _error(status: int, code: str) -> tuple[int, dict[str, str], bytes]:
    return status, {}, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
