"""What Airflow adds to a retraining: seconds, tasks, CPU, before the DAG was cut down and now.

``make bench NAME=overhead``; about ten minutes. The last line is one JSON object.

"Before" is commit 9561d8b, unpacked into ``.local/bench-overhead/before``; "after" is this tree. Each side is its own
``make up``: scheduler with LocalExecutor, API server, DAG processor, triggerer, PostgreSQL, and an embedded AWS with
the BACE drops. One search and one retraining come first; then ``--runs`` retrainings, one after the other, each with
one new drop, triggered over REST. The sides follow each other: two Airflows on a
small machine would measure each other.

- overhead_seconds: from the trigger to success, without the seconds in which a training or transform job of the run was
  under way; median of the runs. Jobs are real ones of a second or two: their own time is taken off, so it need not be
  simulated. Creating a model takes no time of its own, and counts.
- cpu_seconds: what Airflow's processes used meanwhile, ended ones included; median.
- tasks, chain: of ``bace_retrain``; chain is the longest row of tasks that wait for each other, optional groups
  included.
- costs: of each task, the median CPU seconds and the largest MB of its processes (a deferred task has several).
- parse: CPU seconds to read each DAG file as the DAG processor does, with 1, 10 and 100 models, and of
  ``dags/retrain.py`` at the start of a task; without imports of Airflow itself.

Figures vary with the machine: compare the sides of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BEFORE = "9561d8b"
PLACE = ROOT / ".local" / "bench-overhead"
SIDE = ROOT / "benchmarks" / "overhead_side"
MODELS = (1, 10, 100)


def main() -> int:
    """Measure both sides, print what was found, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=3, help="retrainings to measure on each side")
    arguments.add_argument("--models", type=int, nargs="*", default=MODELS, help="how many models to parse")
    options = arguments.parse_args()
    sides = {"before": before(), "after": ROOT}
    told: dict[str, Any] = {}
    for name, tree in sides.items():
        measured = {**retrained(tree, options.runs), "parse": {count: parsed(tree, count) for count in options.models}}
        print(f"{name}: {json.dumps(measured)}", flush=True)
        told.update({key if name == "after" else f"before_{key}": value for key, value in measured.items()})
    print(json.dumps(told))
    return 0


def before() -> Path:
    """Check the commit before out, once, and give the folder.

    :raises SystemExit: this is no git work tree, or the commit is not in it.
    """
    tree = PLACE / "before"
    if not tree.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)
        if packed.returncode:
            raise SystemExit(f"commit {BEFORE} is needed for the side before: {packed.stderr.decode().strip()}")
        tree.mkdir()
        subprocess.run(["tar", "-x"], input=packed.stdout, cwd=tree, check=True)
    return tree


def retrained(tree: Path, runs: int) -> dict[str, Any]:
    """Retrain in a tree and give medians."""
    folder = Path(tempfile.mkdtemp(prefix="overhead-"))
    found = _measured(tree, SIDE / "runs.py", str(folder), str(runs))
    shutil.rmtree(folder)
    names = ("overhead_seconds", "seconds", "job_seconds", "cpu_seconds")
    medians = {name: round(statistics.median(run[name] for run in found["runs"]), 1) for name in names}
    return {"tasks": found["tasks"], "chain": found["chain"], **medians, "costs": found["costs"]}


def parsed(tree: Path, count: int) -> dict[str, Any]:
    """Read the DAG files of a copy of a tree that has so many models."""
    with tempfile.TemporaryDirectory(prefix="parsing-") as name:
        copy = Path(name)
        for room in ("dags", "plugins", "include"):
            shutil.copytree(tree / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
        yaml = (copy / "include" / "models" / "bace.yaml").read_text(encoding="utf-8")
        for number in range(1, count):
            other = re.sub(r"(?m)^name: bace$", f"name: bace{number}", yaml)
            other = re.sub(r"(?m)^root: (\S+)/bace$", rf"root: \1/bace{number}", other)
            (copy / "include" / "models" / f"bace{number}.yaml").write_text(other, encoding="utf-8")
        return _measured(copy, SIDE / "parsing.py")


def _measured(tree: Path, script: Path, *arguments: str) -> dict[str, Any]:
    """Run a script with a tree as its working directory, and give the JSON object of its last line."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
    ended = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=tree,
        env={**ours, "PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"{script.name} in {tree} failed:\n{ended.stdout[-2000:]}")
    measured: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    sys.exit(main())
