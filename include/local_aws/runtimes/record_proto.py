"""One Amazon `Record` as protobuf, as far as vectors and labels need it; Google's library reads and writes the bytes.

The schema is AWS's record.proto ("Common data formats for training" in the SageMaker developer guide), made here
instead of generated: features and labels are maps from a name to a tensor of packed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

_Field = descriptor_pb2.FieldDescriptorProto
# Value's member -> the type of its tensor's name, its number, its values for protobuf and for NumPy.
_TENSORS: dict[str, tuple[str, int, Any, np.dtype[Any]]] = {
    "float32_tensor": ("Float32Tensor", 2, _Field.TYPE_FLOAT, np.dtype(np.float32)),
    "float64_tensor": ("Float64Tensor", 3, _Field.TYPE_DOUBLE, np.dtype(np.float64)),
    "int32_tensor": ("Int32Tensor", 7, _Field.TYPE_INT32, np.dtype(np.int32)),
}
_DTYPES = {member: dtype for member, (*_, dtype) in _TENSORS.items()}
_MEMBERS = {dtype: member for member, dtype in _DTYPES.items()}
_NAME = "values"  # every vector goes by it


class ProtobufError(ValueError):
    """The bytes are not a Record this format can hold."""


@dataclass(frozen=True)
class Tensor:
    """A vector: `values`, for a sparse one also the `keys` of its values, and the `shape` (empty when not given)."""

    values: NDArray[np.generic]
    keys: NDArray[np.uint64] | None = None
    shape: tuple[int, ...] = ()


def encode_record(features: Tensor, label: Tensor | None) -> bytes:
    """Encode one Record whose features and label go by the name `values`.

    :raises ProtobufError: the values are neither float32, float64 nor int32.
    """
    record = _Record()
    _fill(record.features[_NAME], features)
    if label is not None:
        _fill(record.label[_NAME], label)
    return bytes(record.SerializeToString())


def decode_record(data: bytes) -> tuple[Tensor, Tensor | None]:
    """Decode one Record into its features and, if present, its label.

    :raises ProtobufError: the bytes are damaged, or hold no features called `values`.
    """
    try:
        record = _Record.FromString(data)
    except DecodeError as error:
        raise ProtobufError("the bytes are damaged: they are no Record of record.proto") from error
    features = _tensor(record.features)
    if features is None:
        raise ProtobufError(f"the record has no features called {_NAME!r}")
    return features, _tensor(record.label)


def _fill(value: Any, tensor: Tensor) -> None:
    member = _MEMBERS.get(tensor.values.dtype)
    if member is None:
        raise ProtobufError(f"values of type {tensor.values.dtype} cannot be stored: use float32, float64 or int32")
    target = getattr(value, member)
    target.SetInParent()  # a row without entries is a tensor too
    target.values.extend(tensor.values.tolist())
    target.shape.extend(tensor.shape)
    if tensor.keys is not None:
        target.keys.extend(tensor.keys.tolist())


def _tensor(entries: Any) -> Tensor | None:
    member = entries[_NAME].WhichOneof("value") if _NAME in entries else None
    if member is None:
        return None
    if member == "bytes":
        raise ProtobufError("the record holds raw bytes, not numbers")
    found = getattr(entries[_NAME], member)
    keys = np.array(found.keys, np.uint64) if found.keys else None
    return Tensor(np.array(found.values, _DTYPES[member]), keys, tuple(found.shape))


def _add(message: Any, name: str, number: int, kind: int, of: str | None = None, repeated: bool = False) -> Any:
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, type=kind, label=label, type_name=of)
    if repeated and kind != _Field.TYPE_MESSAGE:
        field.options.packed = True
    return field


def _record_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="record.proto", package="aialgs.data", syntax="proto2")
    value = file.message_type.add(name="Value")
    value.oneof_decl.add(name="value")
    for member, (name, number, kind, _) in _TENSORS.items():
        tensor = file.message_type.add(name=name)
        for place, (list_name, of) in enumerate(
            (("values", kind), ("keys", _Field.TYPE_UINT64), ("shape", _Field.TYPE_UINT64)), start=1
        ):
            _add(tensor, list_name, place, of, repeated=True)
        _add(value, member, number, _Field.TYPE_MESSAGE, f".aialgs.data.{name}").oneof_index = 0
    _add(value, "bytes", 9, _Field.TYPE_BYTES).oneof_index = 0  # a message of its own, which nobody here reads
    record = file.message_type.add(name="Record")
    for number, member in enumerate(("features", "label"), start=1):
        entry = record.nested_type.add(name=f"{member.capitalize()}Entry")
        entry.options.map_entry = True
        _add(entry, "key", 1, _Field.TYPE_STRING)
        _add(entry, "value", 2, _Field.TYPE_MESSAGE, ".aialgs.data.Value")
        _add(record, member, number, _Field.TYPE_MESSAGE, f".aialgs.data.Record.{entry.name}", repeated=True)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


_Record = _record_class()
