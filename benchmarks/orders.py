"""BACE's twelve cutoffs, retrained in order, in reverse, and four at once: the models must be the same.

``make bench NAME=orders``; about twenty minutes on two cores. The last line is one JSON object. ``--cutoffs N`` takes
the first N only.

``bace_search`` runs once. Every order then begins on a copy of what it left, in an embedded AWS of its own, so that
nothing of one order helps another. The DAG ``bace_retrain`` is run whole for every cutoff (``dag.test()``), with real
jobs; each Airflow process has a database of its own, and four of them share the endpoint of the third order.

- ``equal``: whether the errors on both holdouts are the same numbers in all three, to the last bit.
- Rows featurized: the lines of the inputs of all featurize jobs, counted in S3. Beside them the rows that the drops
  hold for training and validation, and what one transform per run over all its drops would have featurized.
- Wall time of all runs of an order, the start of its Airflow processes included.

The data is the real table where BACE_CSV names a copy or its public address answers; else it is made up, and every
line says SYNTHETIC.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import boto3  # noqa: E402

from benchmarks.orders_side.airflows import run_each  # noqa: E402
from include.autopilot.drops.plan import load_plan  # noqa: E402
from include.autopilot.s3.objects import list_uris, read, read_json  # noqa: E402
from include.autopilot.settings.config import find_model  # noqa: E402
from include.local_aws.process import start  # noqa: E402
from scripts.airflow_env import aws_env  # noqa: E402
from scripts.demo import CUTOFFS, EXAMPLE  # noqa: E402

ORDERS = {"in order": (1, 1), "in reverse": (-1, 1), "four at once": (1, 4)}
MODEL = find_model(EXAMPLE)
RETRAIN, SEARCH = f"{MODEL.name}_retrain", f"{MODEL.name}_search"


@dataclass(frozen=True)
class Outcome:
    """What an order came to.

    :param errors: cutoff -> the RMSE per holdout.
    :param featurize_jobs: how many; ``featurized``: rows in them.
    :param in_drops: rows of all drops that are for training and validation; ``per_run``: the rows that one transform
        per run would have featurized.
    """

    seconds: float
    errors: Mapping[str, Mapping[str, float]]
    featurize_jobs: int
    featurized: int
    in_drops: int
    per_run: int
    source: str


def main() -> int:
    """Run the three orders, print the table, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cutoffs", type=int, default=len(CUTOFFS), help="how many; default all")
    cutoffs = CUTOFFS[: arguments.parse_args().cutoffs]
    # Jobs share the cores; OpenMP threads that spin while they wait would starve them.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        search(folder / "searched")
        outcomes = {}
        for name, (step, at_once) in ORDERS.items():
            outcomes[name] = retrain(folder, name, cutoffs[::step], at_once)
            print(f"{name}: {outcomes[name].seconds:.0f} s", flush=True)
    print(table(outcomes))
    print(json.dumps(document(outcomes)))
    return 0 if is_equal(outcomes) else 1


def search(folder: Path) -> None:
    """Deliver the drops and search once."""
    with start(folder / "aws") as aws:
        environment = {**os.environ, **aws_env(aws.url)}
        command = [sys.executable, "-m", "include.bace", "--root", MODEL.root]
        told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
        print(told.strip().splitlines()[-1], flush=True)
        began = time.monotonic()
        run_each(folder, aws.url, SEARCH, [MODEL.search.cutoff], 1)
        print(f"{SEARCH}: {time.monotonic() - began:.0f} s", flush=True)


def retrain(folder: Path, name: str, cutoffs: Sequence[datetime], at_once: int) -> Outcome:
    """Retrain for the cutoffs on a copy of what the search left."""
    place = folder / name.replace(" ", "-")
    shutil.copytree(folder / "searched" / "aws", place / "aws")
    with start(place / "aws") as aws:
        s3, sagemaker = (_client(service, aws.url) for service in ("s3", "sagemaker"))
        before = set(_transforms(sagemaker))
        began = time.monotonic()
        ended = run_each(place, aws.url, RETRAIN, cutoffs, at_once)
        seconds = time.monotonic() - began
        return outcome(s3, sagemaker, seconds, ended, before)


def outcome(s3: Any, sagemaker: Any, seconds: float, ended: Mapping[datetime, Any], before: set[str]) -> Outcome:
    """Put together what lies in S3 after an order.

    :param ended: cutoff -> where its run's report is.
    :param before: transform jobs of the search.
    """
    reports = {moment: read_json(s3, uris["json"]) for moment, uris in sorted(ended.items())}
    plans = {moment: load_plan(s3, f"{uris['json'].rpartition('/')[0]}/plan.json") for moment, uris in ended.items()}
    seen = {at: sum(drop.prepared.train + drop.prepared.validation for drop in one.drops) for at, one in plans.items()}
    featurizing = [job for job in _transforms(sagemaker) if job not in before and "-featurize-" in job]
    return Outcome(
        seconds=seconds,
        errors={f"{moment:%Y-%m-%d}": rmse_of(report) for moment, report in reports.items()},
        featurize_jobs=len(featurizing),
        featurized=sum(_lines(s3, sagemaker, job) for job in featurizing),
        in_drops=seen[max(seen)],
        per_run=sum(seen.values()),
        source=reports[max(reports)]["data_source"],
    )


def rmse_of(report: Mapping[str, Any]) -> dict[str, float]:
    """Give the error per holdout, unrounded."""
    return {name: holdout["metrics"]["RMSE"]["value"] for name, holdout in report["holdouts"].items()}


def is_equal(outcomes: Mapping[str, Outcome]) -> bool:
    """Whether all orders came to the same errors, to the last bit."""
    first, *others = outcomes.values()
    return all(other.errors == first.errors for other in others)


def document(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Give the last line."""
    first = next(iter(outcomes.values()))
    return {
        "data": first.source,
        "synthetic": first.source.startswith("SYNTHETIC"),
        "cutoffs": len(first.errors),
        "equal": is_equal(outcomes),
        "rmse": dict(first.errors),
        "rows_in_drops": first.in_drops,
        "rows_featurized": {name: one.featurized for name, one in outcomes.items()},
        "featurize_jobs": {name: one.featurize_jobs for name, one in outcomes.items()},
        "rows_one_transform_per_run": first.per_run,
        "seconds": {name: round(one.seconds, 1) for name, one in outcomes.items()},
    }


def table(outcomes: Mapping[str, Outcome]) -> str:
    """Lay the errors of all orders side by side, and below them rows and seconds."""
    first = next(iter(outcomes.values()))
    judged = MODEL.holdouts[0]
    lines = [["cutoff", *outcomes]]
    lines += [[cutoff, *(repr(one.errors[cutoff][judged]) for one in outcomes.values())] for cutoff in first.errors]
    lines.append(["rows featurized", *(str(one.featurized) for one in outcomes.values())])
    lines.append(["featurize jobs", *(str(one.featurize_jobs) for one in outcomes.values())])
    lines.append(["seconds", *(f"{one.seconds:.1f}" for one in outcomes.values())])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    laid = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    told = f"RMSE on the holdout {judged} by cutoff; data: {first.source}"
    rows = f"rows in the drops: {first.in_drops}; one transform per run: {first.per_run}"
    return "\n".join([told, *laid, rows])


def _client(service: str, endpoint: str) -> Any:
    account = aws_env(endpoint)
    session = boto3.session.Session(
        account["AWS_ACCESS_KEY_ID"], account["AWS_SECRET_ACCESS_KEY"], region_name=account["AWS_DEFAULT_REGION"]
    )
    return session.client(service, endpoint_url=endpoint)


def _transforms(sagemaker: Any) -> list[str]:
    pages = sagemaker.get_paginator("list_transform_jobs").paginate()
    return [job["TransformJobName"] for page in pages for job in page["TransformJobSummaries"]]


def _lines(s3: Any, sagemaker: Any, job: str) -> int:
    """Count the rows that a transform job read."""
    described = sagemaker.describe_transform_job(TransformJobName=job)
    source = described["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    return sum(len(read(s3, uri).body.splitlines()) for uri in list_uris(s3, source))


if __name__ == "__main__":
    sys.exit(main())
