"""The batch transform engine: input objects through a chain of containers into `<key>.out` files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.chain import Chain
from include.local_aws.runtimes.recordio import CONTENT_TYPE as RECORDIO
from include.local_aws.runtimes.transform.records import Record, join, parse, split, write
from include.local_aws.runtimes.transform.spec import Input, TransformSpec, media_type

_MIB = 1024 * 1024
_DEFAULT_PAYLOAD_MB = 6  # SageMaker's, where neither the job nor the container says
_STRATEGIES = {"MULTI_RECORD": "MultiRecord", "SINGLE_RECORD": "SingleRecord"}


def run_transform(spec_path: Path) -> None:
    """Run the batch transform described by the JSON file `spec_path`.

    Every input object becomes `<output_dir>/<key>.out`. One that fails becomes none, and the next is gone on with, as
    on AWS; the first failure is raised when all are done.

    :raises ClientError: settings or data are wrong; the message names the setting or the object and record.
    :raises AlgorithmError: a container failed.
    """
    spec = TransformSpec.read(spec_path)
    job = _Job(spec, Chain.load(spec.containers, {"SAGEMAKER_BATCH": "true"}))
    first: Exception | None = None  # not each of them: a failure holds on to what was read of its object
    for item in spec.inputs:
        output = _below(spec.output_dir, item.key)
        try:
            content = job.transform(item)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is of this object alone
            print(f"{item.key}: {failure}", flush=True)
            first = first or failure
            continue
        output.parent.mkdir(parents=True, exist_ok=True)
        unfinished = spec.output_dir.parent / "unfinished"  # a process that is killed leaves no part of an output
        unfinished.write_bytes(content)
        unfinished.replace(output)
    if first:
        raise first


class _Job:
    def __init__(self, spec: TransformSpec, chain: Chain) -> None:
        self._spec, self._chain = spec, chain
        wishes = chain.links[0].servant.execution_parameters()
        megabytes = spec.max_payload_mb
        if megabytes is None:
            megabytes = int(str(wishes.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB)))
        self._limit = megabytes * _MIB or None  # 0: no limit
        wished = _STRATEGIES.get(str(wishes.get("BatchStrategy", "MULTI_RECORD")).upper(), "MultiRecord")
        self._separator = b"\n" if spec.split_type == "Line" else b""
        self._single = spec.split_type == "None" or (spec.batch_strategy or wished) == "SingleRecord"

    def transform(self, item: Input) -> bytes:
        """Return the output object of one input object."""
        spec = self._spec
        data = _content(item, spec.compression)
        originals = split(data, spec.split_type, item.key, spec.media_type)
        filtered = [self._filtered(record) for record in originals]
        pieces: list[bytes] = []
        position = requests = 0
        for batch in self._batches(filtered):
            body, content_type = self._chain.invoke(
                self._separator.join(record.data for record in batch), spec.content_type, spec.accept
            )
            pieces += self._outputs(body, content_type, originals[position : position + len(batch)])
            position, requests = position + len(batch), requests + 1
        print(f"{item.key}: {len(originals)} records in {requests} requests", flush=True)
        return b"".join(pieces)

    def _filtered(self, record: Record) -> Record:
        spec = self._spec
        if spec.input_filter.is_everything:
            return record
        value = spec.input_filter.apply(_only(record, spec.media_type), record.where)
        return Record(write(value, spec.media_type), record.where)

    def _batches(self, records: Sequence[Record]) -> Iterator[list[Record]]:
        batch: list[Record] = []
        size = 0
        for record in records:
            length = len(record.data)
            if self._limit and length > self._limit:
                raise ClientError(
                    f"{record.where} has {length} bytes, more than MaxPayloadInMB allows ({self._limit // _MIB} MB): "
                    "raise MaxPayloadInMB or split the data"
                )
            if batch and (self._single or (self._limit and size + len(self._separator) + length > self._limit)):
                yield batch
                batch, size = [], 0
            size += length + (len(self._separator) if batch else 0)
            batch.append(record)
        yield batch

    def _outputs(self, body: bytes, content_type: str, records: Sequence[Record]) -> list[bytes]:
        """Return what one answer adds to the output object."""
        spec = self._spec
        if spec.shapes_output:
            end = b"\n" if spec.assemble_with == "Line" else b""
            return [write(value, spec.media_type) + end for value in self._shaped(body, content_type, records)]
        if spec.assemble_with == "None":
            return [body]
        if media_type(content_type) == RECORDIO:
            raise ClientError(f"AssembleWith Line would damage {RECORDIO} output: use None")
        return [body.removesuffix(b"\n") + b"\n"]

    def _shaped(self, body: bytes, content_type: str, records: Sequence[Record]) -> list[Any]:
        spec = self._spec
        if media_type(content_type) != spec.media_type:
            raise ClientError(
                f"JoinSource and OutputFilter need output of the type of the input, {spec.media_type}: "
                f"the model answered {content_type}"
            )
        place = f"the model's output for {records[0].where}"
        outputs = parse(body, spec.media_type, place)
        if len(outputs) != len(records):
            raise ClientError(
                f"the model answered {len(outputs)} records to the {len(records)} from {records[0].where} on: "
                "JoinSource and OutputFilter need one output for each record"
            )
        if spec.join:
            inputs = [_only(record, spec.media_type) for record in records]
            outputs = [join(one, output, spec.media_type) for one, output in zip(inputs, outputs, strict=True)]
        return [
            spec.output_filter.apply(output, f"the output for {record.where}")
            for output, record in zip(outputs, records, strict=True)
        ]


def _only(record: Record, media: str) -> Any:
    return parse(record.data, media, record.where)[0]


def _content(item: Input, compression: str) -> bytes:
    data = item.path.read_bytes()
    if compression == "None":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ClientError(f"{item.key} is not gzip: {error}") from error


def _below(folder: Path, key: str) -> Path:
    try:
        return inside(folder, f"{key}.out")
    except LeavesFolder as error:
        raise ClientError(f"an output cannot be a file: {error}") from error
