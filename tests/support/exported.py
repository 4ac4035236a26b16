"""A folder in the shape of what a person exports of a real Autopilot job. SYNTHETIC: no job and no row is real."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from tests.support.generated import MODULE
from tests.support.vintagefiles import write
from tests.support.vintages import LABELS, Files, hpo

JOB = "Real-Job-1"
_LEARNED = {"num_round": "60", "max_depth": "5", "eta": "0.1", "save_model_on_termination": "true"}


def responses(problem: str = "Regression") -> Files:
    """The responses of a job and its module; hyperparameters as a tuned XGBoost has them."""
    files = hpo(JOB, 2025, 2, problem)
    for content in files.values():
        if isinstance(content, dict) and "_kfold" in content.get("HyperParameters", {}):
            content["HyperParameters"] |= _LEARNED
    return files | {"dpp7.py": MODULE.replace("{labels}", LABELS[problem])}


def export(folder: Path, problem: str = "Regression", rows: int = 900, files: Files | None = None) -> Path:
    """Write the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, responses(problem) if files is None else files)
    chance = random.Random(0)  # noqa: S311 - numbers, no secrets
    table = [["id", "age", "income", "job", "about", "since", "y", "note"]]
    for number in range(rows):
        age, income, job = chance.randrange(20, 60), chance.gauss(100, 20), chance.choice("abcd")
        value = age / 10 + income / 50 + "abcd".index(job) + chance.gauss(0, 0.5)
        label = "low" if value < 7 else "mid" if value < 8.5 else "high"
        if problem == "BinaryClassification":
            label = "yes" if value < 7 else "no"
        table.append(
            [
                f"c{number}",
                str(age),
                "" if number % 50 == 3 else f"{income:.2f}",
                f"job {job}",
                f"lives in {chance.choice(['town', 'wood', 'sea'])}",
                f"202{chance.randrange(4)}-0{chance.randrange(1, 10)}-11",
                f"{value:.3f}" if problem == "Regression" else label,
                "x",
            ]
        )
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)
    return folder
