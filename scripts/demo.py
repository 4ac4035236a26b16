"""The main job, end to end, on this machine: search once, retrain for consecutive cutoffs, print what came out.

``make demo`` runs three cutoffs of BACE; ``make bace`` (``--all``) all twelve, then asks whether retraining paid, goes
back to version 3, scores rows with it, walks from the predictions to the drops, and ends with one line of JSON. Both
take ``MODEL=bace_scaffold``, whose holdout has new scaffolds. ``make demo MODEL=churn`` takes a model of your own, with
the drops that ``make drop`` has delivered: a cutoff for each.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any, TextIO

from include.autopilot.base.errors import AutopilotError, MissingObjectError, TemplateError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.listing import list_drops
from include.autopilot.settings.config import ModelConfig, find_model
from include.autopilot.template.published import current_template
from include.local_aws.process import StartFailed, start
from scripts.airflow_env import ROOT, airflow_env, aws_env
from scripts.at_hand import aws_at_hand
from scripts.demo_table import figures, show
from scripts.going_back import go_back, look_back
from scripts.job_watch import JobWatch
from scripts.read_once import read_once
from scripts.running import AlreadyRunning

EXAMPLE = "bace"
# The models that come with this repository -> what their holdouts have that no drop has (include/bace).
EXAMPLES = {EXAMPLE: "compound", "bace_scaffold": "scaffold"}
CUTOFFS = [datetime(2024, month, 1, tzinfo=UTC) for month in range(1, 13)]


class DemoFailed(Exception):
    """Something the demo needs did not work; the message says what, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--model", default=EXAMPLE, help="the name of a YAML in include/models/ or dags/models/ (bace)")
    parser.add_argument("--all", action="store_true", help="of BACE: all twelve cutoffs; the last line is JSON")
    parser.add_argument("--folder", type=Path, help="emptied first; .local/demo, of other models .local/demo-<model>")
    chosen = parser.parse_args(arguments)
    try:
        model = find_model(chosen.model)
    except AutopilotError as error:
        print(f"FAILED: {error}")
        return 1
    own = model.name not in EXAMPLES
    name = "demo" if model.name == EXAMPLE else f"demo-{model.name}"
    folder: Path = (chosen.folder or ROOT / ".local" / name).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    read_once()
    with log_aside(folder / "demo.log") as screen:
        try:
            if own:
                reports, back = run_own(folder, model, screen), dict[str, Any]()
            else:
                cutoffs = CUTOFFS if chosen.all else CUTOFFS[:3]
                reports, back = run_example(folder, model, cutoffs, screen, chosen.all)
        except Exception as failure:  # noqa: BLE001 - whatever it was: one sentence here, the whole story in the log
            traceback.print_exc()
            sys.stderr.flush()
            said = " ".join([one_line(failure), *cause(folder / "demo.log")])
            print(f"FAILED: {said} (log: {folder / 'demo.log'})", file=screen)
            return 1
        show(reports, model, folder, screen)
        if chosen.all and not own:
            print(json.dumps({**figures(reports, model, time.monotonic() - started), **back}), file=screen)
        return 0


def one_line(failure: Exception) -> str:
    """Give what went wrong in one line; an unexpected error also by its type."""
    said = " ".join(str(failure).split())
    expected = isinstance(failure, DemoFailed | AutopilotError | AlreadyRunning | StartFailed)
    return said if expected else f"{type(failure).__name__}: {said}"


def cause(log: Path) -> list[str]:
    """Give the sentence that a task ended with, if it is one of ours."""
    found = re.findall(r"^include\.autopilot\.base\.errors\.\w+: (.+)$", log.read_text(errors="replace"), re.MULTILINE)
    return [f"because: {found[-1]}"] if found else []


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


def run_example(
    folder: Path, model: ModelConfig, cutoffs: list[datetime], screen: TextIO, back: bool
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run BACE on an embedded AWS of its own; gives each run's report with its ``jobs_run`` and local files.

    :param back: whether to look back and to go back to version 3 afterwards; what came of it is given second.
    """
    with start(folder / "aws") as aws:
        print(f"embedded AWS at {aws.url}", file=screen)
        os.environ.update(airflow_env(folder / "airflow", aws.url))
        seed(aws.url, model, screen)
        runs = DagRuns()
        reports = run_all(runs, aws.url, folder, model, cutoffs, screen)
        if not back:
            return reports, {}
        print("", file=screen)
        new_rows = f"{model.root}/holdout/{model.holdouts[-1]}.csv"
        after = CUTOFFS[-1] + timedelta(days=1)

        def run(dag_id: str, form: dict[str, Any], last: str) -> Any:
            return runs.run(dag_id, after, form, last)

        looked = look_back(run, aws.url, model.name, folder, screen)
        print("", file=screen)
        return reports, {**looked, **go_back(run, aws.url, model.name, 3, new_rows, screen)}


def run_own(folder: Path, model: ModelConfig, screen: TextIO) -> list[dict[str, Any]]:
    """Run a model of one's own where its drops are: in the embedded AWS of ``make up``; gives each run's report."""
    with aws_at_hand() as address:
        print(f"embedded AWS of make up at {address}", file=screen)
        os.environ.update(airflow_env(folder / "airflow", address))
        cutoffs = cutoffs_of(model, address)
        return run_all(DagRuns(), address, folder, model, cutoffs, screen)


def cutoffs_of(model: ModelConfig, endpoint: str) -> list[datetime]:
    """Give the days of a model's drops; of those before its search's cutoff, which no run may have, none.

    :raises DemoFailed: there are none.
    """
    import boto3

    s3 = boto3.client("s3", endpoint_url=endpoint)
    try:
        drops = list_drops(s3, Locations(model.root)).drops
    except MissingObjectError:
        drops = ()
    days = sorted({datetime.combine(drop.day, clock(), UTC) for drop in drops})
    first = model.search.cutoff if model.search else model.start_date
    if found := [day for day in days if first <= day <= datetime.now(UTC)]:
        return found
    there = f"its drops ({', '.join(f'{day:%Y-%m-%d}' for day in days)}) are earlier, or in the future" if days else ""
    raise DemoFailed(
        f"{model.name} has no drop from {first:%Y-%m-%d} on{': ' if there else ''}{there}. Deliver one: "
        f"make drop FILE=new.csv MODEL={model.name} DATE={first:%Y-%m-%d}"
    )


def seed(endpoint: str, model: ModelConfig, screen: TextIO) -> None:
    """Put the BACE drops and holdouts into S3; shows where the data comes from."""
    command = [sys.executable, "-m", "include.bace", "--root", model.root, "--by", EXAMPLES[model.name]]
    environment = {**os.environ, **aws_env(endpoint)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(ended.stdout.rstrip(), file=screen)
        raise DemoFailed(f"the BACE drops could not be put into S3: {ended.stderr.strip().splitlines()[-1]}")
    print(f"{ended.stderr}{ended.stdout}".rstrip(), file=screen)  # why the rows are SYNTHETIC, and how to have others


class DagRuns:
    """Real DAG runs in this process, against the Airflow database of this demo."""

    def __init__(self) -> None:
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils.db import initdb

        sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "dags")]
        initdb()
        self._bag = DagBag(dag_folder=os.environ["AIRFLOW__CORE__DAGS_FOLDER"])

    def run(self, dag_id: str, moment: datetime, form: dict[str, Any], last: str) -> Any:
        """Run one DAG with a form to its end and give what its last task returned.

        :raises DemoFailed: there is no such DAG, or a task failed.
        """
        if dag_id not in self._bag.dags:
            raise DemoFailed(f"there is no DAG {dag_id}; the DAGs that do not import: {self._bag.import_errors}")
        ended = self._bag.dags[dag_id].test(logical_date=moment, run_conf=form)
        instances = ended.get_task_instances()
        broken = sorted(one.task_id for one in instances if one.state == "failed")
        if ended.state != "success":
            raise DemoFailed(f"{dag_id} for {moment:%Y-%m-%d} ended {ended.state} in {', '.join(broken) or 'no task'}")
        found = next((one for one in instances if one.task_id == last), None)
        return found.xcom_pull(task_ids=last) if found else None


def run_all(
    runs: DagRuns, endpoint: str, folder: Path, model: ModelConfig, cutoffs: Sequence[datetime], screen: TextIO
) -> list[dict[str, Any]]:
    """Search, where the model does and has not yet, then retrain once per cutoff."""
    with JobWatch(endpoint, screen) as watch:
        if model.search is not None and not searched(model, endpoint):
            run_for(runs, f"{model.name}_search", model.search.cutoff, screen)
            watch.take()
        return [retrain(runs, watch, endpoint, folder, model, cutoff, screen) for cutoff in cutoffs]


def searched(model: ModelConfig, endpoint: str) -> bool:
    """Whether the search that the YAML describes has left a template already: searches are rare."""
    import boto3

    try:
        template = current_template(boto3.client("s3", endpoint_url=endpoint), Locations(model.root), model.name)
    except TemplateError:
        return False
    return model.search is not None and template.searched_until == model.search.cutoff


def run_for(runs: DagRuns, dag_id: str, cutoff: datetime, screen: TextIO) -> dict[str, str]:
    """Run one DAG for one cutoff and give what it returned as its report, if anything."""
    print(f"{dag_id} {cutoff:%Y-%m-%d}", file=screen)
    return runs.run(dag_id, cutoff, {"cutoff": cutoff.isoformat()}, "report") or {}


def retrain(
    runs: DagRuns, watch: JobWatch, endpoint: str, folder: Path, model: ModelConfig, cutoff: datetime, screen: TextIO
) -> dict[str, Any]:
    """Run the retraining DAG for one cutoff and fetch its report."""
    started = time.monotonic()
    uris = run_for(runs, f"{model.name}_retrain", cutoff, screen)
    report = fetch(endpoint, uris, folder / "reports" / f"{cutoff:%Y-%m-%d}")
    return {**report, "seconds": round(time.monotonic() - started, 1), "jobs_run": watch.take()}


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


if __name__ == "__main__":
    sys.exit(main())
