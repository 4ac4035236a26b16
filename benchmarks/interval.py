"""What the prediction interval holds, and CV+ beside it: BACE, ten random draws of 300 rows that nothing has seen.

``make bench NAME=interval``; about ten minutes. The last line is one JSON object. docs/adr/0015 shows the figures.

Per draw, five boosters are trained by five-fold cross-validation on all other rows or on 600 of them, and the rows kept
aside are predicted with their mean. The interval is the package's own. CV+ (which the package does not use: it needs
each booster's answers) combines every booster's answer with the residuals of its fold. The table is the one that
``python -m include.bace`` would take: BACE_CSV, a download, or a SYNTHETIC one, which the output then says.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.model_selection import KFold

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from include.autopilot.base.source import is_synthetic  # noqa: E402
from include.autopilot.scoring.interval import coverage_of, interval_of  # noqa: E402
from include.autopilot.scoring.outoffold import OutOfFold  # noqa: E402
from include.autopilot.settings.score import LEVELS  # noqa: E402
from include.bace.__main__ import CACHE  # noqa: E402
from include.bace.source import load  # noqa: E402

Floats = NDArray[np.float64]
PARAMETERS = {
    "eta": 0.07,
    "max_depth": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "min_child_weight": 3,
    "nthread": 2,
}
ROUNDS, FOLDS, DRAWS, UNSEEN = 120, 5, 10, 300
NO_FEATURES = ["mol", "CID", "Class", "Model", "pIC50", "canvasUID"]


def main() -> None:
    """Measure, print a table, end with one line of JSON."""
    table = load(os.environ, CACHE.expanduser())
    print(f"data: {table.data_source}")
    target = table.frame["pIC50"].to_numpy(float)
    features = table.frame.drop(columns=NO_FEATURES).to_numpy(float)
    sizes = (600, len(target) - UNSEEN)
    found = [one for draw in range(DRAWS) for one in measure(features, target, draw, sizes[draw % 2])]
    lines = [summary(found, size, level) for size in sizes for level in LEVELS]
    for line in lines:
        print(
            "{rows:>5} rows, level {level:.2f}: held {held:.3f} (sd {sd:.3f}), width {width:.2f}; "
            "CV+ held {cv_held:.3f}, width {cv_width:.2f}".format(**line)
        )
    print(json.dumps({"interval": lines, "draws": DRAWS, "synthetic": is_synthetic(table.data_source)}))


def measure(features: Floats, target: Floats, draw: int, size: int) -> Iterator[dict[str, Any]]:
    """Yield what both kinds of interval hold in one draw, per level."""
    order = np.random.default_rng(draw).permutation(len(target))
    unseen, train = order[:UNSEEN], order[UNSEEN : UNSEEN + size]
    seen, answers, fold = cross_validated(features, target, train, unseen, draw)
    measured, mean = target[unseen].tolist(), answers.mean(axis=0).tolist()
    residuals = np.abs(np.array(seen.measured) - np.array(seen.predicted))
    for level in LEVELS:
        found = interval_of(seen, level)
        lower, upper = cv_plus(answers[fold], residuals, level)
        yield {
            "rows": size,
            "level": level,
            "held": coverage_of(found.half_width, measured, mean).share,
            "width": 2 * found.half_width,
            "cv_held": float(np.mean((lower <= target[unseen]) & (target[unseen] <= upper))),
            "cv_width": float(np.mean(upper - lower)),
        }


def cross_validated(
    features: Floats, target: Floats, train: NDArray[Any], unseen: NDArray[Any], seed: int
) -> tuple[OutOfFold, Floats, NDArray[np.int64]]:
    """Return the out-of-fold predictions, each booster's answers for the unseen rows, and the fold of each row."""
    predicted, fold, answers = np.zeros(len(train)), np.zeros(len(train), dtype=np.int64), []
    for number, (rows, held) in enumerate(KFold(FOLDS, shuffle=True, random_state=seed).split(train)):
        data = xgboost.DMatrix(features[train[rows]], target[train[rows]])
        booster = xgboost.train({**PARAMETERS, "seed": seed}, data, ROUNDS)
        predicted[held] = booster.predict(xgboost.DMatrix(features[train[held]]))
        fold[held] = number
        answers.append(booster.predict(xgboost.DMatrix(features[unseen])))
    seen = OutOfFold("this benchmark", tuple(target[train].tolist()), tuple(predicted.tolist()))
    return seen, np.array(answers, dtype=float), fold


def cv_plus(answers: Floats, residuals: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the bounds of CV+ for every unseen row.

    :param answers: per training row, what the booster that had not seen it answers for every unseen row.
    """
    count = len(residuals)
    rank = min(count, math.ceil((count + 1) * level))
    lower = np.sort(answers - residuals[:, None], axis=0)[count - rank]
    upper = np.sort(answers + residuals[:, None], axis=0)[rank - 1]
    return lower, upper


def summary(found: list[dict[str, Any]], rows: int, level: float) -> Mapping[str, Any]:
    """Return the means over draws, and the standard deviation of what the interval held."""
    mine = [one for one in found if (one["rows"], one["level"]) == (rows, level)]
    means = {name: round(float(np.mean([one[name] for one in mine])), 4) for name in mine[0]}
    return {**means, "rows": rows, "sd": round(float(np.std([one["held"] for one in mine])), 4)}


if __name__ == "__main__":
    main()
