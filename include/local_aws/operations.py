"""Which operation a request calls, as ``service.Operation``: for counting calls and for choosing which to disturb."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import botocore.session
from botocore.model import OperationModel

Environ = dict[str, Any]

_UNKNOWN = "Unknown"
# SageMaker's runtime is signed as SageMaker; what tells it is the path.
RUNTIME = "sagemaker-runtime"
_RUNTIME_PATH = "/endpoints/"
_RUNTIME_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}


class _Route(NamedTuple):
    """An S3 operation: its method, whether it names a bucket and a key, and what else its request must carry."""

    method: str
    level: int
    marks: frozenset[str]
    name: str


def operation_of(service: str, environ: Environ) -> str:
    """Return e.g. ``sagemaker.DescribeTrainingJob`` or ``s3.GetObject``; ``<service>.Unknown`` where none fits.

    S3 requests must be path-style.
    """
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return f"{service}.{target.rpartition('.')[2]}"
    finders = {"s3": _s3_operation, RUNTIME: _runtime_operation}
    return f"{service}.{finders.get(service, _action)(environ)}"


def calls_runtime(environ: Environ) -> bool:
    """Whether a request signed for SageMaker is for its runtime."""
    path: str = environ.get("PATH_INFO", "")
    return path.startswith(_RUNTIME_PATH)


def body_of(environ: Environ) -> bytes:
    """Read a request's body and put it back for whoever reads it next."""
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _runtime_operation(environ: Environ) -> str:
    name, _, called = environ.get("PATH_INFO", "").removeprefix(_RUNTIME_PATH).partition("/")
    return _RUNTIME_OPERATIONS.get(called, _UNKNOWN) if name and environ["REQUEST_METHOD"] == "POST" else _UNKNOWN


def _action(environ: Environ) -> str:
    """Return the Action of AWS's query protocol (STS, IAM, SNS)."""
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    text = body_of(environ).decode("utf-8", "replace") if form else environ.get("QUERY_STRING", "")
    actions: list[str] = parse_qs(text).get("Action", [_UNKNOWN])
    return actions[0]


def _s3_operation(environ: Environ) -> str:
    """Return the operation of a REST request: the one that asks for most of what the request carries."""
    bucket, _, key = environ.get("PATH_INFO", "").lstrip("/").partition("/")
    carried = _carried(environ)
    level = bool(bucket) + bool(key)
    for route in _s3_routes():
        if route.method == environ["REQUEST_METHOD"] and route.level == level and route.marks <= carried:
            return route.name
    return _UNKNOWN


def _carried(environ: Environ) -> frozenset[str]:
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    headers = {name[5:].lower().replace("_", "-") for name in environ if name.startswith("HTTP_X_AMZ_")}
    return frozenset(query) | {f"{name}={values[0]}" for name, values in query.items()} | headers


@lru_cache(maxsize=1)
def _s3_routes() -> tuple[_Route, ...]:
    """Every S3 operation as botocore's service model lays it out, the most demanding first."""
    model = botocore.session.get_session().get_service_model("s3")
    operations = [model.operation_model(name) for name in model.operation_names]
    routes = [_route(one) for one in operations if not one.deprecated and _plain(one)]
    # Of equals the shorter name is the general one: ListBuckets, not ListDirectoryBuckets.
    return tuple(sorted(routes, key=lambda route: (-len(route.marks), len(route.name))))


def _plain(operation: OperationModel) -> bool:
    path = operation.http["requestUri"].partition("?")[0]
    return path in {"/", "/{Bucket}", "/{Bucket}/{Key+}"}


def _route(operation: OperationModel) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    marks = {part for part in query.split("&") if part}
    shape = operation.input_shape
    for name in shape.required_members if shape else ():
        place: Mapping[str, Any] = shape.members[name].serialization if shape else {}
        if place.get("location") in {"querystring", "header"}:
            marks.add(place["name"].lower() if place["location"] == "header" else place["name"])
    return _Route(operation.http["method"], path.count("{"), frozenset(marks), operation.name)
