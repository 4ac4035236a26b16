from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import data_format, read_channel
from include.local_aws.runtimes.recordio import write_records

_X = np.array([[1.0, 0.0], [0.0, 2.0]], dtype=np.float32)
_Y = np.array([5.0, 6.0], dtype=np.float32)


def test_files_are_read_in_the_order_of_their_paths_without_hidden_ones(opt_ml: Any) -> None:
    folder = opt_ml.channel("train", "text/csv", "FastFile", b=b"2,20\n", a=b"1,10\n", _SUCCESS=b"done", empty=b"")
    (folder / "aa").mkdir()
    (folder / "aa" / "c").write_bytes(b"3,30\n")
    examples = read_channel(opt_ml.folder, "train")
    assert examples is not None
    assert examples.labels.tolist() == [1, 3, 2]
    assert examples.features.tolist() == [[10], [30], [20]]
    assert (examples.rows, examples.columns) == (3, 1)


def test_a_channel_the_job_does_not_have_is_none(opt_ml: Any) -> None:
    assert read_channel(opt_ml.folder, "validation") is None


def test_csv_weights_are_the_second_column(opt_ml: Any) -> None:
    opt_ml.channel("train", "text/csv;label_size=1", a=b"1,0.5,10\n2,0.25,20\n")
    examples = read_channel(opt_ml.folder, "train", csv_weights=True)
    assert examples is not None
    assert examples.weights is not None
    assert (examples.labels.tolist(), examples.weights.tolist()) == ([1, 2], [0.5, 0.25])
    assert examples.features.tolist() == [[10], [20]]


@pytest.mark.parametrize("matrix", [_X, sparse.csr_matrix(_X)], ids=["dense", "sparse"])
def test_recordio_through_a_real_fifo(opt_ml: Any, matrix: Any) -> None:
    folder = opt_ml.channel("train", "application/x-recordio-protobuf", "Pipe")
    folder.parent.mkdir(parents=True)
    fifo = folder.parent / "train_0"
    os.mkfifo(fifo)
    feeder = threading.Thread(target=lambda: fifo.write_bytes(write_records(matrix, _Y) * 2))
    feeder.start()
    examples = read_channel(opt_ml.folder, "train")
    feeder.join()
    assert examples is not None
    features = examples.features
    assert sparse.issparse(features) is sparse.issparse(matrix)
    np.testing.assert_array_equal(features.toarray() if sparse.issparse(features) else features, np.vstack([_X, _X]))
    np.testing.assert_array_equal(examples.labels, [5, 6, 5, 6])


def test_libsvm_files_of_different_width_are_put_together(opt_ml: Any) -> None:
    opt_ml.channel("train", None, a=b"1 0:5 1:6\n", b=b"0 3:7\n")
    examples = read_channel(opt_ml.folder, "train")
    assert examples is not None
    assert examples.features.toarray().tolist() == [[5, 6, 0, 0], [0, 0, 0, 7]]


def test_examples_can_be_taken_by_row(opt_ml: Any) -> None:
    opt_ml.channel("train", "csv", a=b"1,0.5,10\n2,0.25,20\n")
    examples = read_channel(opt_ml.folder, "train", csv_weights=True)
    assert examples is not None
    taken = examples.take(np.array([1]))
    assert taken.weights is not None
    assert (taken.features.tolist(), taken.labels.tolist(), taken.weights.tolist()) == ([[20]], [2], [0.25])


@pytest.mark.parametrize(
    ("content_type", "mode", "data", "message"),
    [
        ("text/csv", "File", b"", "No data in train channel path "),
        ("text/csv", "File", b"1\n2\n", "train/a has 1 columns: the label and at least one feature are needed"),
        ("text/csv", "File", b"1,x\n", "train/a: row 1, column 2: 'x' is not a number"),
        ("text/libsvm", "File", b"1 a:b\n", "train/a is not LIBSVM: "),
        ("text/libsvm", "Pipe", b"", "Pipe mode not supported for LibSVM."),
        (
            "application/x-recordio-protobuf",
            "File",
            b"1,2,3,4\n1",
            "train/a: record 1 at byte 0: expected the RecordIO",
        ),
        ("application/x-recordio-protobuf", "File", write_records(_X), "train/a: the records have no label"),
        ("application/x-parquet", "File", b"PAR1", "application/x-parquet is not an accepted ContentType: "),
        (
            "text/csv;label_size=0",
            "File",
            b"1,2",
            "text/csv;label_size=0 is not an accepted csv ContentType. Optional ",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(opt_ml: Any, content_type: str, mode: str, data: bytes, message: str) -> None:
    opt_ml.channel("train", content_type, mode, a=data)
    with pytest.raises(ClientError) as caught:
        read_channel(opt_ml.folder, "train")
    assert str(caught.value).startswith(message)


def test_files_of_different_width_are_refused(opt_ml: Any) -> None:
    opt_ml.channel("train", "text/csv", a=b"1,2\n", b=b"1,2,3\n")
    with pytest.raises(ClientError, match=r"files of channel train have different numbers of columns: \[1, 2\]"):
        read_channel(opt_ml.folder, "train")


def test_wrapped_records_are_refused(opt_ml: Any) -> None:
    opt_ml.channel("train", "text/csv", a=b"1,2\n")
    config = opt_ml.folder / "input" / "config" / "inputdataconfig.json"
    config.write_text(config.read_text().replace('"RecordWrapperType": "None"', '"RecordWrapperType": "RecordIO"'))
    with pytest.raises(ClientError, match="channel train: RecordWrapperType RecordIO is not supported, use None"):
        read_channel(opt_ml.folder, "train")


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (None, "libsvm"),
        ("text/x-libsvm", "libsvm"),
        ("TEXT/CSV; charset=utf-8", "csv"),
        ("application/x-recordio-protobuf", "recordio-protobuf"),
    ],
)
def test_content_types(content_type: str | None, kind: str) -> None:
    assert data_format(content_type) == kind
