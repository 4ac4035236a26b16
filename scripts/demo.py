"""The main job, end to end, on this machine: search once, retrain for consecutive cutoffs, print what came out.

``make demo`` runs three cutoffs; ``make bace`` (``--all``) all twelve, then goes back to version 3, scores rows with
it, walks from the predictions to the drops, and ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from include.autopilot.config import load_models
from include.local_aws.process import start
from scripts.airflow_env import ROOT, airflow_env, aws_env
from scripts.going_back import go_back
from scripts.job_watch import JobWatch

MODEL = next(model for model in load_models() if model.name == "bace")
CUTOFFS = [datetime(2024, month, 1, tzinfo=UTC) for month in range(1, 13)]
COLUMNS = ("cutoff", "drops", "training rows", "RMSE", "MAE", "R²", "seconds", "jobs", "verdict", "champion")


class DemoFailed(Exception):
    """Something the demo needs did not work; the message says what, in one sentence."""


def main() -> int:
    """Run the demo; returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--all", action="store_true", help="run all twelve cutoffs; the last line is JSON")
    arguments.add_argument("--folder", type=Path, default=ROOT / ".local" / "demo", help="emptied first")
    chosen = arguments.parse_args()
    folder: Path = chosen.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    with log_aside(folder / "demo.log") as screen:
        try:
            reports, back = run_all(folder, CUTOFFS if chosen.all else CUTOFFS[:3], screen, chosen.all)
        except Exception as failure:  # noqa: BLE001 - whatever it was: one sentence here, the whole story in the log
            traceback.print_exc()
            print(f"FAILED: {one_line(failure)} (log: {folder / 'demo.log'})", file=screen)
            return 1
        show(reports, folder, screen)
        if chosen.all:
            print(json.dumps({**figures(reports, time.monotonic() - started), **back}), file=screen)
        return 0


def one_line(failure: Exception) -> str:
    """Give what went wrong in one line; an unexpected error also by its type."""
    said = " ".join(str(failure).split())
    return said if isinstance(failure, DemoFailed) else f"{type(failure).__name__}: {said}"


@contextmanager
def log_aside(path: Path) -> Iterator[TextIO]:
    """Send everything printed by this process and its children to a file; yields the real screen."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8") as screen, path.open("w") as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield screen
        finally:
            sys.stdout.flush()
            os.dup2(screen.fileno(), 1)
            os.dup2(kept, 2)


def run_all(
    folder: Path, cutoffs: list[datetime], screen: TextIO, back: bool
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Search, then retrain once per cutoff; gives each run's report with its ``jobs_run`` and local files.

    :param back: whether to go back to version 3 afterwards; what came of it is given second.
    """
    with start(folder / "aws") as aws:
        print(f"embedded AWS at {aws.url}", file=screen)
        os.environ.update(airflow_env(folder / "airflow", aws.url))
        seed(aws.url, screen)
        runs = DagRuns()
        with JobWatch(aws.url, screen) as watch:
            runs.run(f"{MODEL.name}_search", MODEL.search.cutoff, screen)
            watch.take()
            reports = [retrain(runs, watch, aws.url, folder, cutoff, screen) for cutoff in cutoffs]
        if not back:
            return reports, {}
        print("", file=screen)
        new_rows = f"{MODEL.root}/holdout/{MODEL.holdouts[1]}.csv"
        return reports, go_back(runs.run_form, aws.url, MODEL.name, 3, new_rows, screen)


def seed(endpoint: str, screen: TextIO) -> None:
    """Put the BACE drops and holdouts into S3; shows where the data comes from."""
    command = [sys.executable, "-m", "include.bace", "--root", MODEL.root]
    environment = {**os.environ, **aws_env(endpoint)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(ended.stdout.rstrip(), file=screen)
    if ended.returncode:
        raise DemoFailed(f"the BACE drops could not be put into S3: {ended.stderr.strip().splitlines()[-1]}")


def retrain(
    runs: DagRuns, watch: JobWatch, endpoint: str, folder: Path, cutoff: datetime, screen: TextIO
) -> dict[str, Any]:
    """Run the retraining DAG for one cutoff and fetch its report."""
    started = time.monotonic()
    uris = runs.run(f"{MODEL.name}_retrain", cutoff, screen)
    report = fetch(endpoint, uris, folder / "reports" / f"{cutoff:%Y-%m-%d}")
    return {**report, "seconds": round(time.monotonic() - started, 1), "jobs_run": watch.take()}


class DagRuns:
    """Real DAG runs in this process, against the Airflow database of this demo."""

    def __init__(self) -> None:
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils.db import initdb

        sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "dags")]
        initdb()
        self.bag = DagBag(dag_folder=os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        if self.bag.import_errors:
            raise DemoFailed(f"the DAGs do not import: {self.bag.import_errors}")

    def run(self, dag_id: str, cutoff: datetime, screen: TextIO) -> dict[str, str]:
        """Run one DAG for one cutoff to its end and give what its last task returned."""
        print(f"{dag_id} {cutoff:%Y-%m-%d}", file=screen)
        return self._run(dag_id, cutoff, {"cutoff": cutoff.isoformat()}, "report") or {}

    def run_form(self, dag_id: str, form: dict[str, Any], last: str) -> Any:
        """Run one DAG with a form after all cutoffs and give what its last task returned."""
        return self._run(dag_id, CUTOFFS[-1] + timedelta(days=1), form, last)

    def _run(self, dag_id: str, moment: datetime, form: dict[str, Any], last: str) -> Any:
        ended = self.bag.dags[dag_id].test(logical_date=moment, run_conf=form)
        instances = ended.get_task_instances()
        broken = sorted(one.task_id for one in instances if one.state == "failed")
        if ended.state != "success":
            raise DemoFailed(f"{dag_id} for {moment:%Y-%m-%d} ended {ended.state} in {', '.join(broken) or 'no task'}")
        found = next((one for one in instances if one.task_id == last), None)
        return found.xcom_pull(task_ids=last) if found else None


def fetch(endpoint: str, uris: dict[str, str], target: Path) -> dict[str, Any]:
    """Download a run's report and predictions into a folder and give the report's figures."""
    import boto3

    s3 = boto3.client("s3", endpoint_url=endpoint)

    def download(uri: str) -> Path:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        local = target / Path(key).name
        local.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(local))
        return local

    html = download(uris["html"])
    report: dict[str, Any] = json.loads(download(uris["json"]).read_text())
    bucket, _, prefix = report["predictions"].removeprefix("s3://").partition("/")
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
        download(f"s3://{bucket}/{found['Key']}")
    return {**report, "files": {"report": html, "predictions": target}}


def show(reports: list[dict[str, Any]], folder: Path, screen: TextIO) -> None:
    """Print the table and where everything is."""
    source = reports[-1]["data_source"]
    print(f"\nHoldout of {MODEL.title}; data: {source}\n", file=screen)
    rows = [COLUMNS, *(row(report) for report in reports)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(COLUMNS))]
    for line in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)), file=screen)
    print("\npredictions and report of each run (also in S3 of the embedded AWS):", file=screen)
    for report in reports:
        print(f"  {report['cutoff'][:10]}  {report['files']['report']}", file=screen)
        print(f"              {report['predictions']}", file=screen)
    print(f"everything else: {folder}", file=screen)


def row(report: dict[str, Any]) -> tuple[str, ...]:
    """Give one run's line of the table."""
    measured = report["holdouts"][MODEL.holdouts[0]]
    numbers = (f"{measured['metrics'][name]['value']:.3f}" for name in ("RMSE", "MAE", "R2"))
    counts = (str(len(report["drops"])), str(report["training_rows"] + report["validation_rows"]))
    spent = (f"{report['seconds']:.1f}", str(report["jobs_run"]))
    return (report["cutoff"][:10], *counts, *numbers, *spent, verdict(report), champion(report))


def verdict(report: dict[str, Any]) -> str:
    """Give what became of a run's model, in two words."""
    promotion = report["gate"]["promotion"]
    return f"{promotion['kind']}: {promotion['reason'].replace('_', ' ')}"


def champion(report: dict[str, Any]) -> str:
    """Give the version that serves after a run, with the cutoff of its data."""
    serving = serving_after(report)
    return "none" if serving is None else f"version {serving['version']} ({serving['cutoff'][:7]})"


def serving_after(report: dict[str, Any]) -> dict[str, Any] | None:
    """Give the champion after a run; None if there is none yet."""
    promotion = report["gate"]["promotion"]
    found: dict[str, Any] | None = promotion["version" if promotion["kind"] == "promoted" else "champion_before"]
    return found


def figures(reports: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Give the figures of the twelve cutoffs for machines."""
    judged, original = MODEL.holdouts
    return {
        "rmse": [rmse(report, judged) for report in reports],
        "rmse_original_holdout": rmse(reports[-1], original),
        "jobs_per_run": [report["jobs_run"] for report in reports],
        "champion": [timeline_entry(report) for report in reports],
        "synthetic": any(report["synthetic"] for report in reports),
        "seconds": round(seconds, 1),
    }


def timeline_entry(report: dict[str, Any]) -> dict[str, Any]:
    """Give one cutoff of the champion timeline."""
    promotion, serving = report["gate"]["promotion"], serving_after(report)
    return {
        "cutoff": report["cutoff"][:10],
        "challenger": promotion["version"]["version"],
        "verdict": promotion["kind"],
        "reason": promotion["reason"],
        "champion": None if serving is None else serving["version"],
    }


def rmse(report: dict[str, Any], holdout: str) -> float:
    """Give the root mean squared error on one holdout, in units of pIC50."""
    return round(report["holdouts"][holdout]["metrics"]["RMSE"]["value"], 4)


if __name__ == "__main__":
    sys.exit(main())
