"""Google's own protobuf library as the judge of our bytes, from AWS's published record.proto."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from include.local_aws.runtimes.record_proto import Tensor, decode_record, encode_record

_Field = descriptor_pb2.FieldDescriptorProto
_TENSORS = {"float32_tensor": np.float32, "float64_tensor": np.float64, "int32_tensor": np.int32}


def _field(message: Any, name: str, number: int, kind: int, repeated: bool = False, of: str | None = None) -> None:
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, type=kind, label=label, type_name=of)
    if repeated and kind != _Field.TYPE_MESSAGE:
        field.options.packed = True


def _record_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="record.proto", package="aialgs.data", syntax="proto2")
    kinds = (_Field.TYPE_FLOAT, _Field.TYPE_DOUBLE, _Field.TYPE_INT32)
    for name, kind in zip(("Float32Tensor", "Float64Tensor", "Int32Tensor"), kinds, strict=True):
        tensor = file.message_type.add(name=name)
        _field(tensor, "values", 1, kind, repeated=True)
        _field(tensor, "keys", 2, _Field.TYPE_UINT64, repeated=True)
        _field(tensor, "shape", 3, _Field.TYPE_UINT64, repeated=True)
    value = file.message_type.add(name="Value")
    for name, number, of in (
        ("float32_tensor", 2, "Float32Tensor"),
        ("float64_tensor", 3, "Float64Tensor"),
        ("int32_tensor", 7, "Int32Tensor"),
    ):
        _field(value, name, number, _Field.TYPE_MESSAGE, of=f".aialgs.data.{of}")
    record = file.message_type.add(name="Record")
    for name, number in (("features", 1), ("label", 2)):
        entry = record.nested_type.add(name=f"{name.capitalize()}Entry")
        entry.options.map_entry = True
        _field(entry, "key", 1, _Field.TYPE_STRING)
        _field(entry, "value", 2, _Field.TYPE_MESSAGE, of=".aialgs.data.Value")
        of = f".aialgs.data.Record.{entry.name}"
        _field(record, name, number, _Field.TYPE_MESSAGE, repeated=True, of=of)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


RECORD = _record_class()


@st.composite
def _vectors(draw: Any) -> tuple[str, Tensor, Tensor]:
    kind = draw(st.sampled_from(sorted(_TENSORS)))
    values = draw(hnp.arrays(_TENSORS[kind], st.integers(1, 8)))
    label = Tensor(draw(hnp.arrays(_TENSORS[kind], 1)))
    if not draw(st.booleans()):
        return kind, Tensor(values), label
    keys = draw(hnp.arrays(np.uint64, len(values), elements=st.integers(0, 2**40)))
    return kind, Tensor(values, keys, (2**41,)), label


def _as_google_writes_it(kind: str, features: Tensor, label: Tensor) -> Any:
    record = RECORD()
    for tensor, field in ((features, record.features), (label, record.label)):
        target = getattr(field["values"], kind)
        target.values.extend(tensor.values.tolist())
        target.keys.extend([] if tensor.keys is None else tensor.keys.tolist())
        target.shape.extend(tensor.shape)
    return record


@settings(deadline=None)
@given(_vectors())
def test_our_bytes_are_googles_bytes(vectors: tuple[str, Tensor, Tensor]) -> None:
    kind, features, label = vectors
    assert encode_record(features, label) == _as_google_writes_it(kind, features, label).SerializeToString()


@settings(deadline=None)
@given(_vectors())
def test_we_read_what_google_writes(vectors: tuple[str, Tensor, Tensor]) -> None:
    kind, features, label = vectors
    read, read_label = decode_record(_as_google_writes_it(kind, features, label).SerializeToString())
    np.testing.assert_array_equal(read.values, features.values)
    assert read.values.dtype == features.values.dtype
    assert read.shape == features.shape
    if features.keys is None:
        assert read.keys is None
    else:
        np.testing.assert_array_equal(read.keys, features.keys)
    assert read_label is not None
    np.testing.assert_array_equal(read_label.values, label.values)
