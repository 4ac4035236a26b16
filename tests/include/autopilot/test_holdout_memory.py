"""Many sealed rows are prepared, evaluated, judged and reported in little memory, each in a process of its own.

Each part is a task of a run. The embedded AWS keeps the objects. ``make whole``; a million: ``HOLDOUT_ROWS=1000000``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import boto3
import pytest

from tests.support.repository import ROOT

pytestmark = [pytest.mark.whole, pytest.mark.timeout(3600)]

FEW, ROWS = 1000, int(os.environ.get("HOLDOUT_ROWS", "200000"))
BUCKET, FEATURES = "long-holdouts", 8
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
PER_ROW = 300
"""Bytes of memory. A row of the file is a hundred bytes, and would be more than a thousand as Python's objects."""

BEGIN = """
import json, sys
from pathlib import Path
from types import SimpleNamespace
import boto3
from include.autopilot.candidate.contract import Contract
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.objective import Objective
from include.autopilot.template.problem import Problem
s3, root, kind = boto3.client("s3", endpoint_url=sys.argv[1]), sys.argv[2], sys.argv[3]
regression, places = kind == "regression", Locations(root)
columns = ("y", *(f"x{number}" for number in range(8)))
labels = () if regression else ("no", "yes")
contract = Contract(columns, "y", columns if regression else columns[1:], labels, "id")
if regression:
    problem = Problem("Regression", "y", Objective("MSE", "Minimize"), (), ("prediction",))
else:
    asked = ("predicted_label", "probability")
    problem = Problem("BinaryClassification", "y", Objective("AUC", "Maximize"), labels, asked)
"""
END = """
peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({**told, "peak": int(peak)}))
"""
PREPARE = """
from include.autopilot.drops.holdouts import copy_holdout, held_out, read_holdouts
holdouts = read_holdouts(s3, places, ("sealed",), contract, ())
copy_holdout(s3, holdouts[0], f"{root}/copy/sealed.csv", contract, ())
with held_out(holdouts) as held:
    told = {"rows": held.rows("sealed")}
"""
PLAN = """
from datetime import UTC, datetime
from include.autopilot.base.folders import RunFolder
from include.autopilot.evaluation.predictions import read_predictions
plan = SimpleNamespace(
    problem=problem, source=None, synthetic=False, folder=f"{root}/run", run_folder=RunFolder(f"{root}/run"),
    cutoff=datetime(2024, 1, 1, tzinfo=UTC),
    title="t", holdouts=(SimpleNamespace(name="sealed", input=f"{root}/copy/sealed.csv"),),
)
"""
EVALUATE = f"""{PLAN}
from include.autopilot.evaluation.measured import evaluate_run
evaluation = evaluate_run(s3, plan, f"{{root}}/challenger")
told = {{"rows": evaluation["holdouts"]["sealed"]["rows"]}}
"""
JUDGE = f"""{PLAN}
from include.autopilot.gate.stored import Answers, contenders, save_answers
from include.autopilot.gate.comparison import judge
from include.autopilot.settings.gate import GateConfig
import include.autopilot.champion.judging
def answers(who):
    found = read_predictions(s3, problem, plan.holdouts, f"{{root}}/{{who}}")[0]
    save_answers(s3, places, Answers(who, "d", found.keys, found.outcome))
    return Answers(who, "d", found.keys, found.outcome)
champion, challenger = contenders(answers("champion"), answers("challenger"))
config = GateConfig(resamples=1000)
told = {{"reasons": [judge(one, challenger, problem.objective, config).reason for one in (None, champion)]}}
"""
REPORT = f"""{PLAN}
from include.autopilot.report.pictures import measured_figures, pictures, points_each
found = read_predictions(s3, problem, plan.holdouts, f"{{root}}/challenger")[0]
drawn = pictures(measured_figures(found, "sealed", "y", found.outcome, True, points_each(1)))
told = {{"largest": max(len(one.svg) for one in drawn)}}
"""
PARTS = {"prepare": PREPARE, "evaluate": EVALUATE, "judge": JUDGE, "report": REPORT}


def put(s3: Any, key: str, lines: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"".join(lines))


def target(kind: str, row: int) -> float | str:
    number = row * 7919 % 9973 / 9973
    return number if kind == "regression" else ("yes" if number > 0.6 else "no")


def answer(kind: str, row: int, error: float) -> str:
    off = (row * 104729 % 9967 / 9967 - 0.5) * error
    number = row * 7919 % 9973 / 9973 + off
    if kind == "regression":
        return f"{number:.6f}"
    chance = min(max(number, 0.0), 1.0)
    return f"{'yes' if chance > 0.6 else 'no'},{chance:.6f}"


@pytest.mark.parametrize("kind", ["regression", "classes"])
def test_many_sealed_rows_need_little_memory(aws: str, kind: str) -> None:
    few, many = peaks(aws, kind, FEW), peaks(aws, kind, ROWS)
    grown = {name: ((many[name] - few[name]) << 10) / (ROWS - FEW) for name in PARTS}
    print(f"{kind}, {ROWS} rows, MiB: { ({name: peak >> 10 for name, peak in many.items()}) }, bytes per row: {grown}")
    assert {name: bytes_ for name, bytes_ in grown.items() if bytes_ >= PER_ROW} == {}


def peaks(aws: str, kind: str, rows: int) -> dict[str, int]:
    """Put a holdout and two models' answers into S3, and return each part's peak memory, in KiB."""
    s3: Any = boto3.client("s3", endpoint_url=aws, **KEYS)  # type: ignore[call-overload]
    s3.create_bucket(Bucket=BUCKET)
    root = f"{kind}-{rows}"
    head = b"id," + b",".join(b"x%d" % number for number in range(FEATURES)) + b",y\n"
    cells = b",0.123456" * FEATURES
    body = (b"row-%d%s,%s\n" % (row, cells, str(target(kind, row)).encode()) for row in range(rows))
    put(s3, f"{root}/holdout/sealed.csv", (head, *body))
    for who, error in (("champion", 0.5), ("challenger", 0.3)):
        lines = (f"row-{row},{target(kind, row)},{answer(kind, row, error)}\n".encode() for row in range(rows))
        put(s3, f"{root}/{who}/sealed.csv.out", lines)
    found = {name: measured(aws, kind, root, part) for name, part in PARTS.items()}
    assert found["prepare"]["rows"] == found["evaluate"]["rows"] == rows
    assert found["judge"]["reasons"] == ["first_model", "better"]
    assert found["report"]["largest"] < 2_000_000
    return {name: part["peak"] for name, part in found.items()}


def measured(aws: str, kind: str, root: str, part: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}
    ended = subprocess.run(
        [sys.executable, "-c", BEGIN + part + END, aws, f"s3://{BUCKET}/{root}", kind],
        env={**environment, "AWS_DEFAULT_REGION": "us-east-1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found
