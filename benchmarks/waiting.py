"""What waiting for SageMaker jobs costs: the Amazon provider's training operator, deferrable and not, beside ours.

``make bench NAME=waiting``; about five minutes. The last line is one JSON object.

Every side trains the same jobs, each side on an embedded AWS endpoint of its own, all at the same time: a job has a
slow start of 60 to 90 seconds, spread evenly over one check interval so that no side is lucky, then trains one round
of XGBoost. Everything is at its default: the provider looks every 30 seconds. "ours" has no earlier job to learn from,
which is a model's very first run; "ours, later" has five, of 75 seconds each.

Measured, at 1, 10 and 100 concurrent jobs ("1" is the mean of ten jobs that share nothing):

- calls: requests that arrived at the endpoint (its own count) per finished job, in all and by part: submitting,
  waiting, finishing. The parts are counted in the worker; what the worker did not send, the triggerer did. The
  synchronous operator has no finish of its own: there it is part of waiting. The provider's deferrable operator by
  default looks at the log and sleeps for one check interval before it defers: there that is part of submitting.
- delay: seconds from the job's TrainingEndTime to the return of the operator's last method, mean and worst.
- waiting CPU: seconds of the process that runs the triggers, without start and imports. It runs them as Airflow's
  triggerer does, ``async for event in trigger.run()``, all on one event loop. The synchronous operator has no
  triggerer; its figure is the CPU of its waiting in the worker.

Real jobs last longer, so 100 jobs are also waited for in time lapse: 100 seconds stand for 50 minutes, every pause of
both sides being a thirtieth (the provider's ``check_interval`` is 1, its ``max_attempts`` raised from 60, with which
it would give up after 30 minutes). Calls take as long as ever, so delays are not told there.

Not measured, being the same for all: Airflow's scheduler, database and the start of a worker process. The operators'
methods are called directly, with a stand-in for the task instance, by one thread per task in one process per side,
whose boto3 clients they share.

The provider's deferrable operators need aiobotocore, which is not installed here. It is put into
``.local/bench-waiting`` from benchmarks/waiting.txt, for the provider's triggerer alone; if that fails the benchmark
says so and measures the other sides.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.waiting_side.run import OVERLAY, STRATA, Run, request, step_of  # noqa: E402
from scripts.airflow_env import airflow_env, aws_env  # noqa: E402

SIDES = ("stock deferrable", "stock synchronous", "ours", "ours, later")
LEVELS = (1, 10, 100)
FIRST_SECONDS, WINDOW_SECONDS = 60.0, 30.0
EARLIER_JOBS = 5
LAPSE, LAPSE_SECONDS = 30, 100.0


@dataclass(frozen=True)
class Figures:
    """One side at one level; calls are per finished job, delays and CPU in seconds."""

    calls: float
    submit: float
    wait: float
    finish: float
    delay_mean: float
    delay_worst: float
    cpu: float


# ---- the whole run


def main() -> int:
    """Measure all sides at all levels, print the tables, and the JSON object last."""
    stock = install_aiobotocore()
    sides = [side for side in SIDES if stock or side != "stock deferrable"]
    print(f"waiting for {LEVELS} concurrent jobs ...", flush=True)
    measured = together([Run(side, level) for level in LEVELS for side in sides])
    print(table(measured))
    print(f"waiting for {LEVELS[-1]} concurrent jobs in time lapse ...", flush=True)
    lapse = together([Run(side, LEVELS[-1], LAPSE) for side in sides if side in ("stock deferrable", "ours")])
    print(table(lapse))
    print(json.dumps(document(measured, lapse)))
    return 0


def together(runs: list[Run]) -> dict[Run, Figures]:
    """Measure several runs at the same time."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return dict(zip(runs, pool.map(measure, runs), strict=True))


def install_aiobotocore() -> bool:
    """Put aiobotocore and its botocore beside, not into, the environment; whether that worked."""
    shutil.rmtree(OVERLAY, ignore_errors=True)
    wanted = str(Path(__file__).with_suffix(".txt"))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, "--target", str(OVERLAY), "-r", wanted], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"aiobotocore could not be installed, so the deferrable stock operator is NOT measured:\n{done.stderr}")
    else:
        print("aiobotocore for the stock triggerer is in .local/bench-waiting (benchmarks/waiting.txt)")
    return done.returncode == 0


def measure(run: Run) -> Figures:
    """Run one side's jobs on an endpoint of their own."""
    from include.local_aws.faults import Faults
    from include.local_aws.process import start

    with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "aws", faults=True) as aws:
        faults = Faults(aws.url)
        seconds = [FIRST_SECONDS + WINDOW_SECONDS * (place + 0.5) / STRATA for place in range(STRATA)]
        if run.lapse > 1:
            seconds = [LAPSE_SECONDS] * STRATA
        starts = {"*-earlier-*": FIRST_SECONDS + WINDOW_SECONDS / 2}
        starts |= {f"*-s{place}-*": lasts for place, lasts in enumerate(seconds)}
        faults.set({"fault": "slow_start", "job": job, "seconds": lasts} for job, lasts in starts.items())
        clients = _clients(aws.url)
        clients["s3"].create_bucket(Bucket="bench")
        rows = "\n".join(f"{number},{number % 7},{number % 3}" for number in range(60))
        clients["s3"].put_object(Bucket="bench", Key="train/rows.csv", Body=rows.encode())
        if run.side == "ours, later":
            train_earlier(clients["sagemaker"], run)
        faults.reset_calls()
        paths = os.pathsep.join((str(ROOT), str(ROOT / "plugins")))
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
        environment = {**ours, **airflow_env(Path(folder), aws.url), "PYTHONPATH": paths}
        told = json.loads(_worker(run, environment))
        calls = sum(faults.calls().values())
        pages = clients["sagemaker"].get_paginator("list_training_jobs").paginate()
        jobs = [job for page in pages for job in page["TrainingJobSummaries"]]
    return figures(
        told, calls, {job["TrainingJobName"]: job for job in jobs if "-earlier-" not in job["TrainingJobName"]}
    )


def train_earlier(client: Any, run: Run) -> None:
    """Let the step have a past."""
    names = [f"{step_of(run)}-earlier-{number}" for number in range(EARLIER_JOBS)]
    for name in names:
        client.create_training_job(**request(name))
    while any(
        client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress" for name in names
    ):
        time.sleep(1)


def figures(told: Mapping[str, Any], calls: int, ended: Mapping[str, Mapping[str, Any]]) -> Figures:
    """Put together what the worker told, how many requests arrived and how the jobs ended.

    :raises RuntimeError: when a job did not complete or its task did not: nothing is then worth telling.
    """
    wrong = [name for name, job in ended.items() if job["TrainingJobStatus"] != "Completed"]
    if wrong or set(told["done"]) != set(ended):
        raise RuntimeError(f"not completed: {wrong}; not done: {sorted(set(ended) - set(told['done']))}")
    delays = [told["done"][name] - job["TrainingEndTime"].timestamp() for name, job in ended.items()]
    jobs = len(ended)
    sent = told["calls"]
    submit, finish = sent.get("submit", 0) / jobs, sent.get("finish", 0) / jobs
    return Figures(
        calls=round(calls / jobs, 2),
        submit=round(submit, 2),
        wait=round(calls / jobs - submit - finish, 2),
        finish=round(finish, 2),
        delay_mean=round(statistics.mean(delays), 2),
        delay_worst=round(max(delays), 2),
        cpu=round(told["cpu"], 2),
    )


def table(measured: Mapping[Run, Figures]) -> str:
    """Lay the figures out for a person."""
    heads = ("jobs", "side", "calls/job", "submit", "wait", "finish", "delay s", "worst s", "waiting CPU s")
    line = "{:>4}  {:18}{:>10}{:>8}{:>8}{:>8}{:>9}{:>9}{:>15}"
    cells = [(run, [_told(run, one).get(member, "-") for member in asdict(one)]) for run, one in measured.items()]
    rows = [line.format(run.level, run.side, *row) for run, row in cells]
    return "\n".join((line.format(*heads), *rows))


def document(measured: Mapping[Run, Figures], lapse: Mapping[Run, Figures]) -> dict[str, Any]:
    """Give the last line: every side's figures, and how ours compare at the highest level."""
    told: dict[str, Any] = {}
    for run, one in measured.items():
        told.setdefault(_key(run.side), {})[str(run.level)] = _told(run, one)
    told["time_lapse_of_50_minutes"] = {_key(run.side): _told(run, one) for run, one in lapse.items()}
    level = LEVELS[-1]
    ours = measured[Run("ours", level)]
    for run, theirs in measured.items():
        if run.level == level and run.side.startswith("stock"):
            told[f"ours_to_{_key(run.side)}_at_{level}"] = {
                "calls": round(ours.calls / theirs.calls, 3),
                "delay": round(ours.delay_mean / theirs.delay_mean, 3),
                "cpu": round(ours.cpu / theirs.cpu, 3),
            }
    if len(lapse) > 1:
        stock, ours = lapse[Run("stock deferrable", level, LAPSE)], lapse[Run("ours", level, LAPSE)]
        told[f"ours_to_stock_deferrable_at_{level}_in_time_lapse"] = {
            "calls": round(ours.calls / stock.calls, 3),
            "cpu": round(ours.cpu / stock.cpu, 3),
        }
    return told


def _told(run: Run, figures: Figures) -> dict[str, float]:
    meaningless = ("delay_mean", "delay_worst") if run.lapse > 1 else ()
    return {member: value for member, value in asdict(figures).items() if member not in meaningless}


def _key(side: str) -> str:
    return side.replace(",", "").replace(" ", "_")


def _clients(url: str) -> dict[str, Any]:
    import boto3

    account = aws_env(url)
    session = boto3.session.Session(
        account["AWS_ACCESS_KEY_ID"], account["AWS_SECRET_ACCESS_KEY"], region_name=account["AWS_DEFAULT_REGION"]
    )
    return {service: session.client(service, endpoint_url=url) for service in ("s3", "sagemaker")}


def _worker(run: Run, environment: Mapping[str, str]) -> str:
    """Run one side's worker and give what it tells."""
    command = [sys.executable, "-m", "benchmarks.waiting_side.worker", json.dumps(asdict(run))]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the worker of {run} failed:\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
