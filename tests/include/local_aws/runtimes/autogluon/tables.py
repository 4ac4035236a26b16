"""Channels of a trial, as the data builder leaves them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from include.local_aws.runtimes.autogluon.training import CONTAINER
from tests.support.optml import OptMl

KINDS = {"a": "numeric", "colour": "categorical", "note": "text", "key": "ignored"}
FAST = {"trees": "20", "num_round": "30", "num_bag_folds": "3"}
COLOURS = ("red", "green", "blue")


def rows(count: int, seed: int, classes: tuple[str, ...] = ()) -> list[list[str]]:
    """Rows of target, a, colour, note and key; the target follows the number and the colour."""
    dice = np.random.default_rng(seed)
    made = []
    for row in range(count):
        a, colour = float(dice.normal()), row % 3
        y = 3 * a + 2 * (colour == 0) + 0.1 * float(dice.normal())
        place = min(int(np.digitize(y, [0.0, 2.0])), len(classes) - 1)
        shown = "" if row % 25 == 1 else f"{a:.4f}"
        target = classes[place] if classes else f"{y:.4f}"
        made.append([target, shown, COLOURS[colour], "a few words", f"key-{row}"])
    return made


def written(table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode()


def report(classes: tuple[str, ...] = ()) -> dict[str, Any]:
    problem = ("MulticlassClassification" if len(classes) > 2 else "BinaryClassification") if classes else "Regression"
    return {
        "column_names": ["y", *KINDS],
        "target": "y",
        "problem_type": problem,
        "labels": [{"label": label, "rows": 1} for label in classes],
        "columns": [{"name": name, "kind": kind} for name, kind in KINDS.items()],
    }


def staged(opt_ml: OptMl, classes: tuple[str, ...] = (), **hyperparameters: str) -> None:
    opt_ml.hyperparameters(**{**FAST, **hyperparameters})
    opt_ml.channel("train", "text/csv", **{"chunk_0.csv": written(rows(150, 0, classes))})
    opt_ml.channel("validation", "text/csv", **{"chunk_0.csv": written(rows(60, 1, classes))})
    opt_ml.channel("columns", "application/json", **{"columns.json": json.dumps(report(classes)).encode()})


def trained(opt_ml: OptMl, classes: tuple[str, ...] = (), **hyperparameters: str) -> Path:
    staged(opt_ml, classes, **hyperparameters)
    CONTAINER.train(opt_ml.folder)
    return opt_ml.folder / "model"
