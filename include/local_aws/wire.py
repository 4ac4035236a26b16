"""SageMaker's JSON 1.1 wire format, driven by botocore's own description of the service.

Requests become plain Python values (timestamps become aware datetimes, blobs bytes); answers are checked member by
member on their way out, so that a handler cannot answer something AWS would not.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from include.local_aws.errors import SerializationException, UnknownOperation
from include.local_aws.json_body import Json, read_object

_Path = tuple[Any, str]  # the place above (None at the top), and the name here

TARGET_PREFIX = "SageMaker."
_WHOLE_NUMBERS = {"integer": ("an Integer", 2**31), "long": ("a Long", 2**63)}


class WireBug(Exception):
    """A handler answered something the service model does not know: a defect of this package, never the caller's."""


@cache
def service_model() -> ServiceModel:
    """Botocore's description of SageMaker (the version is botocore's, so it moves with the lock)."""
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def operation_model(operation: str) -> OperationModel:
    """One operation of SageMaker; raises :class:`UnknownOperation` if there is none of this name."""
    if operation not in service_model().operation_names:
        raise UnknownOperation(f"SageMaker has no operation named {operation!r}.")
    return service_model().operation_model(operation)


def parse(operation: str, body: bytes) -> Json:
    """Return a request body as Python values. Members the model does not know are ignored, as AWS ignores them.

    Raises :class:`SerializationException` for a body that is not a JSON object or a value of the wrong JSON type.
    """
    raw = read_object(body)
    shape = operation_model(operation).input_shape
    return {} if shape is None else _parse_structure(shape, raw)


def serialise(operation: str, output: Mapping[str, Any]) -> bytes:
    """Return an answer as a JSON body; raises :class:`WireBug` if it has a member or a type the model does not have."""
    shape = operation_model(operation).output_shape
    if shape is None:
        if output:
            raise WireBug(f"{operation} answers nothing, the handler answered {sorted(output)}")
        return b""
    return json.dumps(_dump(shape, output, (None, operation))).encode()


def _parse(shape: Shape, value: Any) -> Any:
    parser = _PARSERS.get(shape.type_name)
    if parser is None:
        raise WireBug(f"no parser for the type {shape.type_name} of {shape.name}")
    return parser(shape, value)


def _parse_structure(shape: StructureShape, value: Any) -> Json:
    if not isinstance(value, dict):
        raise SerializationException(f"Start of structure or map expected for {shape.name}.")
    members = shape.members
    return {name: _parse(members[name], item) for name, item in value.items() if name in members and item is not None}


def _parse_list(shape: ListShape, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise SerializationException(f"Start of list expected for {shape.name}.")
    return [_parse(shape.member, item) for item in value]


def _parse_map(shape: MapShape, value: Any) -> Json:
    if not isinstance(value, dict):
        raise SerializationException(f"Start of structure or map expected for {shape.name}.")
    return {key: _parse(shape.value, item) for key, item in value.items() if item is not None}


def _parse_string(shape: Shape, value: Any) -> str:
    if not isinstance(value, str):
        raise SerializationException(f"{_json_type(value)} can not be converted to a String ({shape.name}).")
    return value


def _parse_boolean(shape: Shape, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SerializationException(f"{_json_type(value)} can not be converted to a Boolean ({shape.name}).")
    return value


def _parse_integer(shape: Shape, value: Any) -> int:
    name, most = _WHOLE_NUMBERS[shape.type_name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value < most or value % 1:
        raise SerializationException(f"{_json_type(value)} can not be converted to {name} ({shape.name}).")
    return int(value)


def _parse_float(shape: Shape, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SerializationException(f"{_json_type(value)} can not be converted to a Float ({shape.name}).")
    try:
        return float(value)
    except OverflowError as error:
        raise SerializationException(f"NUMBER_VALUE can not be converted to a Float ({shape.name}).") from error


def _parse_timestamp(shape: Shape, value: Any) -> datetime:
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(_parse_float(shape, value), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SerializationException(f"{value!r} can not be converted to a Timestamp ({shape.name}).") from error


def _parse_blob(shape: Shape, value: Any) -> bytes:
    try:
        return base64.b64decode(_parse_string(shape, value), validate=True)
    except binascii.Error as error:
        raise SerializationException(f"The blob {shape.name} is not base64.") from error


_PARSERS: dict[str, Any] = {
    "structure": _parse_structure,
    "list": _parse_list,
    "map": _parse_map,
    "string": _parse_string,
    "boolean": _parse_boolean,
    "integer": _parse_integer,
    "long": _parse_integer,
    "float": _parse_float,
    "double": _parse_float,
    "timestamp": _parse_timestamp,
    "blob": _parse_blob,
}


def _json_type(value: Any) -> str:
    names: tuple[tuple[type, str], ...] = ((bool, "BOOLEAN_VALUE"), (str, "STRING_VALUE"), (list, "START_ARRAY"))
    for kind, name in names:
        if isinstance(value, kind):
            return name
    return "START_OBJECT" if isinstance(value, dict) else "NUMBER_VALUE"


def _dump(shape: Shape, value: Any, path: _Path) -> Any:
    kind = shape.type_name
    if kind in _SCALARS:
        if type(value) is not _SCALARS[kind]:
            raise _wrong(shape, value, path)
        return value
    dump = _DUMPERS.get(kind)
    if dump is None:
        raise WireBug(f"no writer for the type {kind} of {shape.name}")
    return dump(shape, value, path)


def _dump_structure(shape: StructureShape, value: Any, path: _Path) -> Json:
    if not isinstance(value, Mapping):
        raise _wrong(shape, value, path)
    members = shape.members
    if not value.keys() <= members.keys():
        unknown = ", ".join(sorted(value.keys() - members.keys()))
        raise WireBug(f"{_spelt(path)}: {shape.name} has no member {unknown}")
    return {name: _dump(members[name], item, (path, name)) for name, item in value.items() if item is not None}


def _dump_list(shape: ListShape, value: Any, path: _Path) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _wrong(shape, value, path)
    member = shape.member
    return [_dump(member, item, (path, "[]")) for item in value]


def _dump_map(shape: MapShape, value: Any, path: _Path) -> Json:
    if not isinstance(value, Mapping):
        raise _wrong(shape, value, path)
    return {key: _dump(shape.value, item, (path, key)) for key, item in value.items()}


def _dump_timestamp(shape: Shape, value: Any, path: _Path) -> float:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong(shape, value, path)
    return round(value.timestamp(), 3)


def _dump_blob(shape: Shape, value: Any, path: _Path) -> str:
    if not isinstance(value, bytes):
        raise _wrong(shape, value, path)
    return base64.b64encode(value).decode()


def _dump_float(shape: Shape, value: Any, path: _Path) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(shape, value, path)
    # JSON has no NaN; botocore reads these names back as floats.
    return value if math.isfinite(value) else str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")


_SCALARS: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "long": int}
_DUMPERS: dict[str, Any] = {
    "structure": _dump_structure,
    "list": _dump_list,
    "map": _dump_map,
    "float": _dump_float,
    "double": _dump_float,
    "timestamp": _dump_timestamp,
    "blob": _dump_blob,
}


def _wrong(shape: Shape, value: Any, path: _Path) -> WireBug:
    return WireBug(f"{_spelt(path)}: {shape.name} is a {shape.type_name}, not {value!r}")


def _spelt(path: _Path) -> str:
    """Write a place as ``Operation.Member[].Member``; nobody wants it unless something is wrong there."""
    parent, name = path
    if parent is None:
        return name
    return f"{_spelt(parent)}{'' if name == '[]' else '.'}{name}"
