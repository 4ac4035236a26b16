"""The engine with a model that shows what it was sent; the real XGBoost container is in test_entry.py."""

from __future__ import annotations

import gc
import gzip
import json
import sys
import types
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from include.local_aws import runtimes
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.recordio import read_records, write_records
from include.local_aws.runtimes.transform import run_transform

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/echo:1"


class _Echo:
    """Answers each line with its length (or, with REPLY, a fixed text) and remembers the requests."""

    def __init__(self, environment: Mapping[str, str], seen: list[tuple[bytes, str, str | None]]) -> None:
        self._environment, self._seen = environment, seen

    def execution_parameters(self) -> dict[str, object]:
        return json.loads(self._environment.get("WISHES", "{}"))  # type: ignore[no-any-return]

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        assert self._environment["SAGEMAKER_BATCH"] == "true"
        self._seen.append((body, content_type, accept))
        reply = self._environment.get("REPLY")
        lines = [f"{len(line)}" for line in body.split(b"\n")] if reply is None else [reply]
        return "\n".join(lines).encode(), accept or "text/csv"


class _EchoContainer:
    def __init__(self) -> None:
        self.seen: list[tuple[bytes, str, str | None]] = []

    def load(self, _model_dir: Path, environment: Mapping[str, str]) -> _Echo:
        return _Echo(environment, self.seen)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> _EchoContainer:
    container = _EchoContainer()
    module = types.ModuleType("include.local_aws.runtimes.echo")
    module.CONTAINER = container  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(runtimes._RUNTIMES, "echo", "echo")
    return container


def _run(tmp_path: Path, data: bytes = b"a,bb\nccc,d\n", **changes: Any) -> bytes:
    source = tmp_path / "source"
    source.write_bytes(data)
    environments = changes.pop("environments", [{}])
    spec = {
        "containers": [{"image": IMAGE, "model_dir": str(tmp_path), "environment": env} for env in environments],
        "inputs": [{"path": str(source), "key": "train/chunk_0.csv"}],
        "output_dir": str(tmp_path / "out"),
        "content_type": "text/csv",
        "split_type": "Line",
        "assemble_with": "Line",
        **changes,
    }
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec))
    run_transform(path)
    return (tmp_path / "out" / f"{spec['inputs'][0]['key']}.out").read_bytes()


def test_many_records_go_in_one_request(tmp_path: Path, echo: _EchoContainer) -> None:
    assert _run(tmp_path) == b"4\n5\n"
    assert echo.seen == [(b"a,bb\nccc,d", "text/csv", None)]


def test_single_record_sends_one_at_a_time(tmp_path: Path, echo: _EchoContainer) -> None:
    assert _run(tmp_path, batch_strategy="SingleRecord") == b"4\n5\n"
    assert [body for body, _, _ in echo.seen] == [b"a,bb", b"ccc,d"]


def test_without_assembly_the_answers_are_put_together_as_they_come(tmp_path: Path, echo: _EchoContainer) -> None:
    assert _run(tmp_path, batch_strategy="SingleRecord", assemble_with="None") == b"45"


def test_without_a_split_the_object_is_the_request(tmp_path: Path, echo: _EchoContainer) -> None:
    _run(tmp_path, b'"a\nb",1\n', split_type="None", batch_strategy="MultiRecord")
    assert [body for body, _, _ in echo.seen] == [b'"a\nb",1\n']


@pytest.mark.parametrize(
    ("limit", "wishes", "requests"),
    [(1, "{}", [2, 1]), (None, '{"MaxPayloadInMB": 1}', [2, 1]), (None, "{}", [3]), (0, "{}", [3]), (2, "{}", [3])],
    ids=["job", "container", "default 6", "0 is no limit", "job before container"],
)
def test_requests_are_filled_up_to_the_payload(
    tmp_path: Path, echo: _EchoContainer, limit: int | None, wishes: str, requests: list[int]
) -> None:
    half = b"x" * (512 * 1024)
    data = half + b"\n" + half[1:] + b"\n" + b"y\n"  # the first two and a line break are exactly 1 MB
    _run(tmp_path, data, max_payload_mb=limit, environments=[{"WISHES": wishes}])
    assert [body.count(b"\n") + 1 for body, _, _ in echo.seen] == requests


def test_the_container_may_want_single_records(tmp_path: Path, echo: _EchoContainer) -> None:
    _run(tmp_path, environments=[{"WISHES": '{"BatchStrategy": "SINGLE_RECORD"}'}])
    assert len(echo.seen) == 2


def test_a_record_above_the_payload_is_refused(tmp_path: Path, echo: _EchoContainer) -> None:
    with pytest.raises(ClientError) as caught:
        _run(tmp_path, b"1\n" + b"x" * (1024 * 1024 + 1), max_payload_mb=1)
    assert str(caught.value) == (
        "line 2 of train/chunk_0.csv has 1048577 bytes, more than MaxPayloadInMB allows (1 MB): "
        "raise MaxPayloadInMB or split the data"
    )


def test_recordio_goes_out_in_frames(tmp_path: Path, echo: _EchoContainer) -> None:
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    _run(
        tmp_path,
        write_records(matrix),
        content_type="application/x-recordio-protobuf",
        split_type="RecordIO",
        batch_strategy="SingleRecord",
        assemble_with="None",
    )
    np.testing.assert_array_equal(np.vstack([read_records(body)[0] for body, _, _ in echo.seen]), matrix)


def test_containers_hand_over_content_and_type(tmp_path: Path, echo: _EchoContainer) -> None:
    accepts = [{"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": kind} for kind in ("application/x-one", "text/two")]
    assert _run(tmp_path, environments=accepts, accept="text/csv") == b"1\n1\n"
    assert echo.seen == [
        (b"a,bb\nccc,d", "text/csv", "application/x-one"),
        (b"4\n5", "application/x-one", "text/csv"),
    ]


def test_the_last_container_falls_back_to_its_own_accept(tmp_path: Path, echo: _EchoContainer) -> None:
    _run(tmp_path, environments=[{"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/plain"}])
    assert echo.seen[0][2] == "text/plain"


def test_join_puts_the_output_behind_the_unfiltered_input(tmp_path: Path, echo: _EchoContainer) -> None:
    data = b'k1,"a, ""b""",x\nk2,c,y\n'
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input"}
    assert _run(tmp_path, data, data_processing=processing) == b'k1,"a, ""b""",x,12\nk2,c,y,3\n'
    assert echo.seen[0][0] == b'"a, ""b""",x\nc,y'


def test_the_output_filter_sees_the_joined_record(tmp_path: Path, echo: _EchoContainer) -> None:
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    assert _run(tmp_path, b"k1,22,3\nk2,4,5\n", data_processing=processing) == b"k1,4\nk2,3\n"


def test_the_output_filter_works_without_a_join(tmp_path: Path, echo: _EchoContainer) -> None:
    assert _run(tmp_path, b"1\n", environments=[{"REPLY": "p,q"}], data_processing={"OutputFilter": "$[1]"}) == b"q\n"


def test_json_lines_are_joined_under_sagemaker_output(tmp_path: Path, echo: _EchoContainer) -> None:
    lines = "application/jsonlines"
    data = b'{"id": 1, "f": [1, 2]}\n{"id": 2, "f": [3]}\n'
    processing = {"InputFilter": "$.f", "JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"}
    output = _run(tmp_path, data, content_type=lines, accept=lines, data_processing=processing)
    assert [json.loads(line) for line in output.splitlines()] == [
        {"id": 1, "SageMakerOutput": 6},
        {"id": 2, "SageMakerOutput": 3},
    ]


def test_gzip_is_undone(tmp_path: Path, echo: _EchoContainer) -> None:
    assert _run(tmp_path, gzip.compress(b"a\nbb\n"), compression="Gzip") == b"1\n2\n"


@pytest.mark.parametrize(
    ("data", "changes", "message"),
    [
        (b"", {}, "train/chunk_0.csv is empty: there is nothing to transform"),
        (b"a\n", {"compression": "Gzip"}, "train/chunk_0.csv is not gzip: Not a gzipped file (b'a\\n')"),
        (
            b"1\n",
            {"environments": [{"REPLY": "1\n2"}], "data_processing": {"JoinSource": "Input"}},
            (
                "the model answered 2 records to the 1 from line 1 of train/chunk_0.csv on: "
                "JoinSource and OutputFilter need one output for each record"
            ),
        ),
        (
            b"1\n",
            {
                "environments": [{"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/plain"}],
                "data_processing": {"OutputFilter": "$[0]"},
            },
            "JoinSource and OutputFilter need output of the type of the input, text/csv: the model answered text/plain",
        ),
        (
            b"1,2\n3\n",
            {"data_processing": {"InputFilter": "$[1]"}},
            "InputFilter '$[1]' does not fit line 2 of train/chunk_0.csv: there is no index 1 among 1 columns",
        ),
        (
            b"1,2\n",
            {"data_processing": {"OutputFilter": "$[3]", "JoinSource": "Input"}},
            (
                "OutputFilter '$[3]' does not fit the output for line 1 of train/chunk_0.csv: "
                "there is no index 3 among 3 columns"
            ),
        ),
        (
            b"1\n",
            {"accept": "application/x-recordio-protobuf"},
            "AssembleWith Line would damage application/x-recordio-protobuf output: use None",
        ),
        (
            b"1\n",
            {"inputs": [{"path": "source", "key": "../../x"}]},
            "an output cannot be a file: '../../x.out' has the part '..'",
        ),
    ],
)
def test_what_does_not_work_is_refused(
    tmp_path: Path, echo: _EchoContainer, data: bytes, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        _run(tmp_path, data, **changes)
    assert str(caught.value) == message


def test_an_object_that_fails_keeps_no_other_from_being_done(tmp_path: Path, echo: _EchoContainer) -> None:
    bodies = {"a/good": b"a\n", "b": b"", "c": b"", "d/good": b"dd\n"}
    inputs = []
    for number, (key, body) in enumerate(bodies.items()):
        (tmp_path / f"{number}").write_bytes(body)
        inputs.append({"path": str(tmp_path / f"{number}"), "key": key})
    with pytest.raises(ClientError, match="b is empty"):
        _run(tmp_path, inputs=inputs)
    out = tmp_path / "out"
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert found == {"a/good.out": b"1\n", "d/good.out": b"2\n"}


def test_of_objects_that_fail_one_is_kept_in_memory(
    tmp_path: Path, echo: _EchoContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Broken(Exception):
        pass

    broken: weakref.WeakSet[_Broken] = weakref.WeakSet()

    def invoke(*_: Any) -> Any:
        failure = _Broken("no answer")
        broken.add(failure)
        raise failure

    monkeypatch.setattr(_Echo, "invoke", invoke)
    inputs = [{"path": str(tmp_path / "source"), "key": f"{number}"} for number in range(5)]
    with pytest.raises(_Broken) as caught:  # and with it what was read of its object
        _run(tmp_path, inputs=inputs)
    gc.collect()
    assert list(broken) == [caught.value]


def test_no_part_of_an_output_is_left(tmp_path: Path, echo: _EchoContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:2])
        raise OSError(28, "No space left on device")

    written = Path.write_bytes
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", lambda p, c: (written if p.name == "source" else cut_off)(p, c))
        with pytest.raises(OSError, match="No space left"):
            _run(tmp_path)
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
