"""A long drop takes no more memory than a short one: measured in a process of its own, against the embedded AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.repository import ROOT

SHORT, LONG = 20_000, 320_000
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}

# Prepares one drop, makes its profile, and finds superseded rows; prints the peak of its memory in KiB: the kernel's
# VmHWM, because ru_maxrss begins with that of the process that started this one.
PROGRAM = """
import json, sys
from pathlib import Path
import boto3
from include.autopilot.drift.baselinedrops import prepared_lines
from include.autopilot.s3.bundle import Bundle
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.content import content_of
from include.autopilot.drops.listing import list_drops
from include.autopilot.drops.heldout import HeldOut
from include.autopilot.base.locations import Locations
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.drops.preparation import Rules, prepare_drop
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drops.runrows import rows_of_drops
from include.autopilot.drops.supersede import supersede

s3 = boto3.client("s3", endpoint_url=sys.argv[1])
places = Locations(sys.argv[2])
columns = ("y", *(f"x{number}" for number in range(8)))
contract = Contract(columns, "y", columns, (), "id")
(drop,) = list_drops(s3, places).drops
rules = Rules(contract, (), 0.2, HeldOut(), "none")
bundle = Bundle(s3, places, places.preparation(rules.digest))
prepared = prepare_drop(s3, bundle, places, content_of(s3, drop, {}), rules)
profile = profile_of(prepared_lines(s3, prepared), contract)
planned = PlannedDrop(
    drop.day, tuple(file.uri for file in drop.files), prepared, "none", "none", None, drop.name, 1, "none"
)
with rows_of_drops(bundle, [planned]) as table:
    (after,), conflicts = supersede(s3, bundle, [planned], table)
peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({
    "rows": prepared.rows, "kept": after.kept.train + after.kept.validation, "profiled": profile.rows,
    "chunks": len(prepared.chunks), "peak": int(peak),
}))
"""


def lines(count: int) -> Iterator[bytes]:
    yield b"id," + b",".join(b"x%d" % number for number in range(8)) + b",y\n"
    for row in range(count - 100):
        cells = b",".join(b"%.6f" % ((row * (number + 7)) % 9973 / 9973) for number in range(8))
        yield b"row-%d,%s,%.6f\n" % (row, cells, row % 9973 / 9973)
    for row in range(100):
        yield b"row-%d%s,1\n" % (row, b",0.5" * 8)


@pytest.fixture(scope="module")
def s3(aws: str) -> Any:
    client: Any = boto3.client("s3", endpoint_url=aws, **KEYS)  # type: ignore[call-overload]
    client.create_bucket(Bucket="long-drops")
    return client


def measured(s3: Any, aws: str, count: int) -> dict[str, int]:
    key = f"{count}/drops/2024-01-01/rows.csv"
    s3.put_object(Bucket="long-drops", Key=key, Body=b"".join(lines(count)))
    env = {name.upper(): value for name, value in KEYS.items()} | {"AWS_DEFAULT_REGION": "us-east-1"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, aws, f"s3://long-drops/{count}"],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | env, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@pytest.mark.whole
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell the peak of memory")
def test_sixteen_times_the_rows_take_hardly_more_memory(s3: Any, aws: str) -> None:
    short, long = measured(s3, aws, SHORT), measured(s3, aws, LONG)
    for found, count in ((short, SHORT), (long, LONG)):
        assert (found["rows"], found["profiled"], found["kept"]) == (count, count, count - 100)
    # What waits to be sent (8 MiB of each chunk and of the index) is not full yet for the short one. Held as rows of
    # text, the long one would take some 300 MiB.
    assert long["peak"] - short["peak"] < 64 * 1024, (short, long)
    assert long["peak"] < 256 * 1024, (short, long)
