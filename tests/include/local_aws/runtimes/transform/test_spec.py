from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.transform.spec import TransformSpec


def _read(tmp_path: Path, **changes: Any) -> TransformSpec:
    spec = {
        "containers": [{"image": "i", "model_dir": "/m", "environment": {}}],
        "inputs": [{"path": "/p", "key": "k"}],
        "output_dir": str(tmp_path / "out"),
        "content_type": "text/csv; charset=utf-8",
        "compression": "None",
        "split_type": "Line",
        "accept": "text/csv",
        "assemble_with": "Line",
        "batch_strategy": None,
        "max_payload_mb": None,
        "data_processing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
    }
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({**spec, **changes}))
    return TransformSpec.read(path)


def test_reads_a_job(tmp_path: Path) -> None:
    spec = _read(tmp_path, data_processing={"JoinSource": "Input"})
    assert spec.join
    assert spec.shapes_output
    assert spec.media_type == "text/csv"
    assert spec.inputs[0].key == "k"


def test_what_is_left_out_is_aws_default(tmp_path: Path) -> None:
    spec = _read(tmp_path, accept=None, split_type=None, assemble_with=None, compression=None, data_processing=None)
    assert (spec.accept, spec.split_type, spec.assemble_with, spec.compression) == (None, "None", "None", "None")
    assert not spec.shapes_output


def test_one_json_document_can_be_joined(tmp_path: Path) -> None:
    json_type = "application/json"
    changes = {"content_type": json_type, "accept": json_type, "split_type": "None", "assemble_with": "None"}
    assert _read(tmp_path, **changes, data_processing={"JoinSource": "Input"}).join


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split_type": "TFRecord"}, "SplitType TFRecord is not supported here: use None, Line, RecordIO"),
        ({"assemble_with": "Tab"}, "AssembleWith Tab is not supported here: use None, Line"),
        ({"compression": "Zip"}, "CompressionType Zip is not supported here: use None, Gzip"),
        ({"batch_strategy": "Some"}, "BatchStrategy Some is not supported here: use MultiRecord, SingleRecord"),
        ({"inputs": []}, "the transform job has no input objects"),
        ({"containers": []}, "the model has no containers"),
        (
            {"data_processing": {"InputFilter": "$[x]"}},
            (
                "InputFilter '$[x]' is not a supported JSONPath expression: use $, .name, ['name'], [index], "
                "[start:end] or *, such as $[1:] or $['id','SageMakerOutput']"
            ),
        ),
        ({"data_processing": {"JoinSource": "Output"}}, "JoinSource 'Output' is not supported: use Input or None"),
        (
            {"data_processing": {"JoinSource": "Input"}, "content_type": "application/x-recordio-protobuf"},
            (
                "DataProcessing needs ContentType text/csv, application/json, application/jsonlines, "
                "not application/x-recordio-protobuf"
            ),
        ),
        (
            {"data_processing": {"JoinSource": "Input"}, "accept": "application/x-recordio-protobuf"},
            (
                "JoinSource and OutputFilter need the same Accept as ContentType: "
                "application/x-recordio-protobuf is not text/csv; charset=utf-8"
            ),
        ),
        (
            {"data_processing": {"JoinSource": "Input"}, "split_type": "None"},
            "DataProcessing of text/csv needs SplitType Line, not None",
        ),
        (
            {"data_processing": {"InputFilter": "$[1:]"}, "split_type": "RecordIO"},
            "DataProcessing of text/csv needs SplitType Line, not RecordIO",
        ),
        (
            {"data_processing": {"OutputFilter": "$[0]"}, "assemble_with": "None"},
            "JoinSource and OutputFilter need AssembleWith Line, not None",
        ),
    ],
)
def test_what_does_not_work_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError) as caught:
        _read(tmp_path, **changes)
    assert str(caught.value) == message
