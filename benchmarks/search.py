"""What the embedded AWS's Autopilot search finds, beside FLAML and AutoGluon with as much CPU time.

``make bench NAME=search``; ``TABLES=ames,hpc SEEDS=0,1 CANDIDATES=4 RIVALS=flaml`` shortens it (all, 0,1,2, 8, both
by default), ``MODE=ENSEMBLING`` measures that mode instead of HYPERPARAMETER_TUNING. The last line is one JSON object.
Lower is better everywhere; a ratio below 1 is ours.

Tables: BACE as the first and as the last cutoff have it (``BACE_CSV``, a download, or a SYNTHETIC one, which is said),
and three open ones of the R package modeldata: ames (prices of houses), credit (two classes), hpc (four). What is
measured, which was settled before the first run: RMSE, 1 - AUC, error rate; see search_side/tables.py. With every seed
other rows judge, and no search sees them.

Ours goes first, with the defaults of a CreateAutoMLJob but for the number of candidates. The CPU seconds (user and
system) of its jobs are then the budget of each rival, whose clock is its own CPU time. Not counted: the start of a
process, imports and answering on either side; the endpoint's own CPU, which is told. A rival's last training may take
it over the budget, and what it took is told. Ours uses two cores where they are free, the rivals one, which costs less.

The rivals come into ``.local/bench-search`` from benchmarks/search.txt, and nowhere else.
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.search_side.ours import TUNING, Ours  # noqa: E402
from benchmarks.search_side.tables import BACE, ERRORS, OPEN, Problem, export, problem, source  # noqa: E402
from include.local_aws.process import start  # noqa: E402

SIDE = ROOT / ".local" / "bench-search"
PYTHON = SIDE / "bin" / "python"
RIVALS = os.environ.get("RIVALS", "flaml,autogluon").split(",")
TABLES = os.environ.get("TABLES", ",".join((*BACE, *OPEN))).split(",")
SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "0,1,2").split(",")]
MODE = os.environ.get("MODE", TUNING)
CANDIDATES = int(os.environ.get("CANDIDATES", "8"))
PRESETS = os.environ.get("PRESETS", "best_quality")


def install() -> None:
    """Make the rivals' environment, unless it is there and of today's requirements."""
    wanted = Path(__file__).with_suffix(".txt")
    mark = SIDE / wanted.name
    if mark.is_file() and mark.read_text() == wanted.read_text():
        return
    shutil.rmtree(SIDE, ignore_errors=True)
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, SIDE], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--require-hashes", "--python", PYTHON, "-r", wanted], check=True)
    shutil.copyfile(wanted, mark)


def rival(name: str, one: Problem, seconds: float) -> dict[str, Any]:
    """Let a rival search for so many CPU seconds; return what it took, its answers and its best model."""
    with tempfile.TemporaryDirectory() as folder:
        task = {
            "rival": name, "kind": one.kind, "seconds": seconds, "seed": one.seed, "folder": folder,
            "rare": one.rare, "presets": PRESETS,
        }  # fmt: skip
        Path(folder, "task.json").write_text(json.dumps(task))
        one.train.to_csv(Path(folder, "train.csv"), index=False)
        one.judges.drop(columns="target").to_csv(Path(folder, "rows.csv"), index=False)
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        command = [PYTHON, ROOT / "benchmarks" / "search_side" / "rival.py", folder]
        given = {**os.environ, **threads}
        # In its own folder: CatBoost writes into the current one.
        done = subprocess.run(command, env=given, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name} failed on {one.name}:\n{done.stderr[-3000:]}")
        told: dict[str, Any] = json.loads(Path(folder, "answer.json").read_text())
        return told


def measured(ours: Ours, one: Problem) -> dict[str, Any]:
    """Have all sides search one problem; return their errors on the rows that judge, and what they took."""
    found = ours.search(one)
    errors, cpu, best = {"ours": one.error(found.answers)}, {"ours": found.jobs}, {"ours": found.best}
    for name in RIVALS:
        told = rival(name, one, found.jobs)
        errors[name], cpu[name], best[name] = one.error(told["answers"]), told["cpu"], told["best"]
    ratios = {name: errors["ours"] / errors[name] for name in RIVALS}
    print(
        f"{one.name} seed {one.seed}, {len(one.train)} rows, {ERRORS[one.kind]}: "
        + "; ".join(f"{name} {errors[name]:.4f} in {cpu[name]:.0f} s" for name in errors)
        + f" (endpoint {found.endpoint:.0f} s, wall {found.wall:.0f} s); "
        + ", ".join(f"ours/{name} {ratio:.3f}" for name, ratio in ratios.items()),
        flush=True,
    )
    if os.environ.get("BEST"):
        print(json.dumps(best), flush=True)
    return {"seed": one.seed, "kind": one.kind, "errors": errors, "cpu": cpu, "ratios": ratios}


def summed(name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the seeds of a table come to, and print it."""
    told: dict[str, Any] = {"error": ERRORS[runs[0]["kind"]]}
    for side in ("ours", *RIVALS):
        told[side] = [round(run["errors"][side], 4) for run in runs]
        told[f"cpu_seconds_{side}"] = [round(run["cpu"][side], 1) for run in runs]
    for side in RIVALS:
        ratios = [run["ratios"][side] for run in runs]
        told[f"ours_to_{side}"] = {"median": round(statistics.median(ratios), 3), "worst": round(max(ratios), 3)}
    print(f"{name}: " + "; ".join(f"ours to {side} {told[f'ours_to_{side}']}" for side in RIVALS), flush=True)
    return told


def main() -> int:
    """Measure and tell."""
    began = time.monotonic()
    install()
    with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "aws") as running:
        export(Path(folder), PYTHON)
        bace = source() if set(TABLES) & set(BACE) else None
        print(f"{MODE}, {CANDIDATES} candidates; BACE is {bace}")
        ours = Ours(running, MODE, CANDIDATES)
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for seed in SEEDS:  # all tables of a seed first, so that a run that is broken off has told of every table
            for name in TABLES:
                runs[name].append(measured(ours, problem(name, seed, Path(folder))))
    found = {name: summed(name, of_table) for name, of_table in runs.items()}
    asked = {"mode": MODE, "candidates": CANDIDATES, "bace": bace}
    print(json.dumps({**asked, "seconds": round(time.monotonic() - began), **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
