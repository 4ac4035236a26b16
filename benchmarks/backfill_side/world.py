"""The made-up world of the benchmark: a model whose search was recorded, its drops, and an S3 that counts."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks.backfill_side.memory import MemoryS3
from include.autopilot.flows.search import publish_template
from include.autopilot.settings.config import parse_model
from tests.include.autopilot.conftest import (
    ARTIFACT,
    AUTOML_JOB,
    MODULE,
    PROCESSOR,
    YAML,
    Recorded,
    Toy,
    csv_bytes,
    rows,
)

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
NEW_ROWS, AGAIN = 40, 10
SOURCE = "SYNTHETIC: a made-up table"
_RESPONSES = Path(__file__).resolve().parents[2] / "tests" / "include" / "autopilot" / "responses" / "toy"
# Nobody asks for credentials: this process answers.
_KEYS = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


class Unasked:
    """A service that may not be asked; the pre-flight check goes on without its answers."""

    def __getattr__(self, operation: str) -> Any:
        def refuse(*_: object, **__: object) -> Any:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not simulated"}}, operation)

        return refuse


@dataclass
class Meter:
    """What was counted since the last :meth:`take`.

    :param requests: S3 operation -> requests that were sent; ``moved``: bytes of the objects in them.
    :param s3_cpu: CPU seconds of the simulated S3, which runs in this process and is nobody's cost.
    """

    requests: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    s3_cpu: float = 0.0

    def on(self, s3: Any) -> None:
        """Count what a client sends."""
        s3.meta.events.register("before-call.s3", self._sent)
        s3.meta.events.register("after-call.s3", self._received)

    def take(self) -> Meter:
        """Give what was counted and begin anew."""
        taken = replace(self)
        self.requests, self.moved, self.s3_cpu = Counter(), 0, 0.0
        return taken

    def _sent(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.requests[model.name] += 1
        body = params["body"]
        self.moved += len(body if isinstance(body, bytes) else body.getvalue())

    def _received(self, parsed: dict[str, Any], **_: Any) -> None:
        self.moved += parsed.get("ContentLength", 0)


@dataclass(frozen=True)
class World:
    """The model, its clients, and the meter on its S3 client.

    :param jobs_s3: another client: what the simulated jobs read and write is not the runs' own.
    """

    toy: Toy
    jobs_s3: Any
    meter: Meter

    def cutoff(self, number: int) -> datetime:
        """Give the cutoff of run ``number``, which is the date of its newest drop; from 0."""
        return FIRST + timedelta(days=number)


def world_with(drops: int) -> World:
    """Make the world, with one drop a day.

    Every drop has ``NEW_ROWS`` rows of new keys, and every tenth measures one key of the drop before again.
    """
    meter, memory = Meter(), MemoryS3()
    s3, jobs_s3 = counting_client(memory, meter), counting_client(memory, Meter())
    config = parse_model(YAML, "toy.yaml")
    toy = Toy(config, s3, Recorded(_RESPONSES))
    toy.put("holdout/sealed.csv", csv_bytes(rows(100_000, 12)), SOURCE)
    toy.put("holdout/second.csv", csv_bytes(rows(200_000, 3)), SOURCE)
    toy.put("search/20240101T000000/input/train.csv", b"seen by the search", SOURCE)
    toy.put(MODULE, PROCESSOR.encode(), SOURCE)
    toy.put(ARTIFACT, b"what the featurizer learned", SOURCE)
    for number in range(drops):
        again = rows(number * NEW_ROWS - 1, 1) if number % AGAIN == AGAIN - 1 else []
        body = csv_bytes(again + rows(number * NEW_ROWS, NEW_ROWS))
        toy.put(f"drops/{FIRST + timedelta(days=number):%Y-%m-%d}/rows.csv", body, SOURCE)
    publish_template(toy.sagemaker, s3, config, AUTOML_JOB, FIRST)  # type: ignore[arg-type]
    meter.take()
    return World(toy, jobs_s3, meter)


def counting_client(memory: MemoryS3, meter: Meter) -> Any:
    """Make a client whose requests a memory answers and a meter counts."""
    # Checksums would be sent in a trailer, which the memory does not read.
    config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
    s3: Any = boto3.client("s3", region_name="us-east-1", config=config, **_KEYS)
    meter.on(s3)

    def answer(**given: Any) -> Any:
        before = time.process_time()
        try:
            return memory(**given)
        finally:
            meter.s3_cpu += time.process_time() - before

    s3.meta.events.register_first("before-send.s3", answer)
    return s3
