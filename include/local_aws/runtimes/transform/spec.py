"""What a batch transform job is to do, checked before the first record is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.chain import Step
from include.local_aws.runtimes.transform.filters import Filter

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
_DATA_TYPES = (CSV, JSON, JSON_LINES)


@dataclass(frozen=True)
class Input:
    """One input object: where it lies, and its key below the job's S3 prefix."""

    path: Path
    key: str


@dataclass(frozen=True)
class TransformSpec:
    """A transform job as the runner hands it over; names follow CreateTransformJob."""

    containers: tuple[Step, ...]
    inputs: tuple[Input, ...]
    output_dir: Path
    content_type: str
    compression: str
    split_type: str
    accept: str | None
    assemble_with: str
    batch_strategy: str | None
    max_payload_mb: int | None
    input_filter: Filter
    output_filter: Filter
    join: bool

    @classmethod
    def read(cls, path: Path) -> TransformSpec:
        """Read and check the spec file.

        :raises ClientError: settings batch transform does not support or that do not fit together.
        """
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        processing = raw.get("data_processing") or {}
        spec = cls(
            containers=tuple(Step(c["image"], Path(c["model_dir"]), c["environment"]) for c in raw["containers"]),
            inputs=tuple(Input(Path(item["path"]), item["key"]) for item in raw["inputs"]),
            output_dir=Path(raw["output_dir"]),
            content_type=raw.get("content_type") or CSV,
            compression=raw.get("compression") or "None",
            split_type=raw.get("split_type") or "None",
            accept=raw.get("accept") or None,
            assemble_with=raw.get("assemble_with") or "None",
            batch_strategy=raw.get("batch_strategy"),
            max_payload_mb=raw.get("max_payload_mb"),
            input_filter=Filter.parse("InputFilter", processing.get("InputFilter")),
            output_filter=Filter.parse("OutputFilter", processing.get("OutputFilter")),
            join=_joins(processing.get("JoinSource")),
        )
        _check(spec)
        return spec

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return media_type(self.content_type)

    @property
    def shapes_output(self) -> bool:
        """Whether the output is taken apart into records (joined or filtered) instead of written as it comes."""
        return self.join or not self.output_filter.is_everything


def media_type(content_type: str) -> str:
    """Return a content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _joins(source: str | None) -> bool:
    if source not in (None, "None", "Input"):
        raise ClientError(f"JoinSource {source!r} is not supported: use Input or None")
    return source == "Input"


def _check(spec: TransformSpec) -> None:
    for name, value, allowed in (
        ("SplitType", spec.split_type, ("None", "Line", "RecordIO")),
        ("AssembleWith", spec.assemble_with, ("None", "Line")),
        ("CompressionType", spec.compression, ("None", "Gzip")),
        ("BatchStrategy", spec.batch_strategy, (None, "MultiRecord", "SingleRecord")),
    ):
        if value not in allowed:
            choice = ", ".join(str(item) for item in allowed if item is not None)
            raise ClientError(f"{name} {value} is not supported here: use {choice}")
    if not spec.inputs:
        raise ClientError("the transform job has no input objects")
    if not spec.containers:
        raise ClientError("the model has no containers")
    if spec.shapes_output or not spec.input_filter.is_everything:
        _check_data_processing(spec)


def _check_data_processing(spec: TransformSpec) -> None:
    if spec.media_type not in _DATA_TYPES:
        raise ClientError(f"DataProcessing needs ContentType {', '.join(_DATA_TYPES)}, not {spec.content_type}")
    if spec.accept and spec.shapes_output and media_type(spec.accept) != spec.media_type:
        raise ClientError(
            f"JoinSource and OutputFilter need the same Accept as ContentType: {spec.accept} is not {spec.content_type}"
        )
    whole = "None" if spec.media_type == JSON else "Line"
    if spec.split_type != whole:
        raise ClientError(f"DataProcessing of {spec.media_type} needs SplitType {whole}, not {spec.split_type}")
    if spec.shapes_output and spec.assemble_with != whole:
        raise ClientError(f"JoinSource and OutputFilter need AssembleWith {whole}, not {spec.assemble_with}")
