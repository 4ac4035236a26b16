"""What a backfill of 12, 50 and 200 drops costs: work must grow with the drops, not with their square.

``make bench NAME=backfill``; a few minutes of one core. The last line is one JSON object.

Everything is SYNTHETIC: a made-up table, a recorded search, one drop a day of 40 new rows (every tenth also measures
one key of the day before again), and a run per drop, oldest first. A run is the domain's own code, step by step as the
retraining DAG calls it: prepare, check_drift, preflight, seal, featurize, guard, train, create_model, predict,
judge (what it measures, without a champion). S3 is a dictionary in this process. SageMaker is simulated: a job
writes what the real one would leave, with the right number of records, and takes no time; what it would take is added
up as ``simulated_job_seconds`` (4 minutes per featurize and prediction job, 3 per training, one after the other).

Measured per size:

- jobs, and rows featurized, beside the rows that one transform per run over all of its drops would have featurized;
- requests: what the runs' own S3 client sent, all operations; ``moved`` counts the bytes of the objects in them. What
  the simulated jobs read and write is not in it;
- cpu: CPU seconds of the steps in this process, boto3's included, the simulated S3's taken off. **This stands in the
  place of scheduler seconds**: no Airflow runs here, because 262 real DAG runs would take hours on a small machine.
  The tasks of a run are the same however many drops it sees, plus one featurize task per drop without features;
- seconds: wall time of the steps, the simulated S3's share included.

Not measured: the report, whose charts take longer than all the rest whatever the drops, and the champion's part.

``exponent`` says how a figure grew between the two largest sizes: 1 is linear, 2 quadratic. Jobs, rows and requests
are expected at 1, and ``linear`` says whether they are. Bytes and CPU stay near 2, with a small factor (about 40 KB and
3 ms per drop and run): every run lists, plans, guards and reports all drops that it sees, and the guard looks at each
visible row. That is a run's result, and grows with what it sees.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.backfill_side.run import JOB_SECONDS, Measured, run_once  # noqa: E402
from benchmarks.backfill_side.world import SOURCE, world_with  # noqa: E402

SIZES = (12, 50, 200)
COLUMNS = {
    "drops": "drops",
    "jobs": "jobs",
    "rows_in_drops": "rows in drops",
    "rows_featurized": "featurized",
    "rows_one_transform_per_run": "one per run",
    "requests": "requests",
    "requests_last_run": "in last run",
    "moved_mb": "MB moved",
    "cpu_seconds": "CPU s",
    "seconds": "wall s",
    "simulated_job_seconds": "job s (simulated)",
}
GROWING = ("jobs", "rows_featurized", "rows_one_transform_per_run", "requests", "moved_mb", "cpu_seconds", "seconds")


def main() -> int:
    """Measure every size, print the table, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="drops per backfill")
    sizes = arguments.parse_args().sizes
    # The warnings of hundreds of runs about the made-up holdout say nothing here.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(f"data: {SOURCE}; SageMaker and its job times are simulated", flush=True)
    run_backfill(1)  # imports and caches: the first run's seconds are not the drops'
    measured = []
    for drops in sizes:
        measured.append(figures(drops, run_backfill(drops)))
        print(f"{drops} drops: {measured[-1]['seconds']} s", flush=True)
    print(table(measured))
    print(json.dumps(document(measured)))
    return 0


def run_backfill(drops: int) -> list[Measured]:
    """Run a backfill of so many drops, oldest first."""
    world = world_with(drops)
    return [run_once(world, number) for number in range(drops)]


def figures(drops: int, runs: Sequence[Measured]) -> dict[str, Any]:
    """Add up the runs of a backfill.

    The last run sees all drops, so the rows it sees are those that all drops hold.
    """
    return {
        "drops": drops,
        "jobs": sum(sum(run.jobs.values()) for run in runs),
        "rows_in_drops": runs[-1].visible,
        "rows_featurized": sum(run.featurized for run in runs),
        "rows_one_transform_per_run": sum(run.visible for run in runs),
        "requests": sum(sum(run.requests.values()) for run in runs),
        "requests_last_run": sum(runs[-1].requests.values()),
        "moved_mb": round(sum(run.moved for run in runs) / 1e6, 2),
        "cpu_seconds": round(sum(run.cpu for run in runs), 2),
        "seconds": round(sum(run.seconds for run in runs), 1),
        "simulated_job_seconds": sum(JOB_SECONDS[kind] * count for run in runs for kind, count in run.jobs.items()),
    }


def document(measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give the last line: every size's figures, and how they grew between the two largest."""
    told: dict[str, Any] = {str(one["drops"]): one for one in measured}
    if len(measured) > 1:
        before, after = measured[-2:]
        told["exponent"] = {name: exponent(before, after, name) for name in GROWING}
        told["linear"] = all(told["exponent"][name] <= 1.05 for name in ("jobs", "rows_featurized", "requests"))
    return {"data": SOURCE, "synthetic": True, "simulated_jobs": True, **told}


def exponent(before: dict[str, Any], after: dict[str, Any], name: str) -> float:
    """Give the power of the number of drops with which a figure grew."""
    return round(math.log(after[name] / before[name]) / math.log(after["drops"] / before["drops"]), 2)


def table(measured: Sequence[dict[str, Any]]) -> str:
    """Lay the figures out for a person."""
    rows = [[f"{one[name]:.7g}" for name in COLUMNS] for one in measured]
    lines = [list(COLUMNS.values()), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
