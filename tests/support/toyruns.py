"""The steps of a run of the toy, without jobs: what its jobs would leave in S3 is put there."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from include.autopilot.base.locations import parse_uri
from include.autopilot.drops.plan import load_plan
from include.autopilot.drops.sealing import seal_run
from include.autopilot.flows import retrain
from include.autopilot.settings.options import RunOptions
from tests.support import flows
from tests.support.toy import Toy

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)
KEY = "20240301T000000-1a2b3c4d"


def prepare(toy: Toy, cutoff: datetime = MARCH, key: str = KEY, **options: Any) -> dict[str, Any]:
    prepared = retrain.prepare(toy.s3, toy.sagemaker, toy.config, cutoff, RunOptions(**options), key)  # type: ignore[arg-type]
    seal_run(toy.s3, toy.config, load_plan(toy.s3, prepared["plan"]))
    return {**prepared, "featurize": flows.featurize_requests(toy, prepared["plan"])}


def featurize(toy: Toy, requests: list[dict[str, Any]]) -> None:
    """What the featurize jobs do: one ``.out`` per input object, its key kept below the prefix."""
    for request in requests:
        bucket, prefix = parse_uri(request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        found = toy.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        for entry in found:
            target = request["TransformOutput"]["S3OutputPath"] + entry["Key"].removeprefix(prefix) + ".out"
            out_bucket, out_key = parse_uri(target)
            toy.s3.put_object(Bucket=out_bucket, Key=out_key, Body=b"features")


def predict(toy: Toy, request: dict[str, Any], error: float = 0.5) -> str:
    """What the prediction job does with these filters: ``key,target,prediction``, off by ``error`` up and down."""
    bucket, prefix = parse_uri(request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
    output: str = request["TransformOutput"]["S3OutputPath"]
    for entry in toy.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        text = toy.get(f"s3://{bucket}/{entry['Key']}").decode()
        lines = [
            f"{row[0]},{row[1]},{float(row[1]) + (error if number % 2 else -error)}"
            for number, row in enumerate(csv.reader(io.StringIO(text)))
        ]
        out_bucket, out_key = parse_uri(f"{output}/{entry['Key'].rpartition('/')[2]}.out")
        toy.s3.put_object(Bucket=out_bucket, Key=out_key, Body="\n".join(lines).encode())
    return output


def read_csv(toy: Toy, uri: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(toy.get(uri).decode())))
