"""How often the gate calls a challenger worse in a segment where it is not, and how often where it is.

``make bench NAME=segments``; the last line is one JSON object. Judged by the gate's own function at its default
configuration but for the resamples (1,000). ``--comparisons N`` of each kind (300 by default).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks.segments_side.worlds import ERRORS, Pair, classifiers, dealt, regressors  # noqa: E402
from include.autopilot.gate.resampled import resampled_metric  # noqa: E402
from include.autopilot.gate.segments import compared_segments  # noqa: E402
from include.autopilot.settings.gate import GateConfig  # noqa: E402

CONFIG = replace(GateConfig(), resamples=1000)
# How many segments of how many rows.
DEALT = ((1, 20), (10, 20), (4, 100))
SIZES, WORSE = (20, 50, 100), (0.5, 1.0, 2.0)
# By how much of its loss a challenger is truly better in every segment.
BETTER = (0.0, 0.1)
ROWS = 200


def called_worse(metric: str, draw: Callable[[np.random.Generator], Pair], segments: int, comparisons: int) -> float:
    """Return the share of comparisons in which some segment is called worse."""
    found = 0
    for number in range(comparisons):
        champion, challenger = draw(np.random.default_rng(number))
        columns = [dealt(len(champion.keys), segments)]
        config = replace(CONFIG, seed=number)
        told = compared_segments(resampled_metric(metric), champion, challenger, columns, config)
        found += any(one.worse for one in told)
    return found / comparisons


def false_regressors(comparisons: int) -> dict[str, float]:
    """Return the share by kind of errors, true gain by MSE in every segment, and segments."""

    def draw(kind: str, rows: int, better: float) -> Callable[[np.random.Generator], Pair]:
        return lambda random: regressors(kind, rows, random, -better)

    return {
        f"{kind}, {better:.0%} better, {count} x {size}": called_worse(
            "MSE", draw(kind, size * count, better), count, comparisons
        )
        for kind in ERRORS
        for better in BETTER
        for count, size in DEALT
    }


def false_classifiers(comparisons: int) -> dict[str, float]:
    """Return the share by metric and segments of 200 rows, of equal models."""
    return {
        f"{metric}, {count} x {ROWS // count}": called_worse(metric, classifiers, count, comparisons)
        for metric in ("AUC", "F1", "Accuracy")
        for count in (4, 10)
    }


def found_worse(comparisons: int) -> dict[str, float]:
    """Return how often a challenger that is worse in the first of some segments is called so in some segment."""

    def draw(size: int, count: int, worse: float) -> Callable[[np.random.Generator], Pair]:
        first = np.where(np.arange(size * count) % count == 0, worse, 0.0)
        return lambda random: regressors("alike", size * count, random, first)

    return {
        f"{worse:.0%} worse in one of 10 x {size}": called_worse("MSE", draw(size, 10, worse), 10, comparisons)
        for size in SIZES
        for worse in WORSE
    }


def main() -> int:
    """Judge them all and print a line each, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--comparisons", type=int, default=300)
    asked = arguments.parse_args()
    started = time.monotonic()
    tables = {}
    for title, table in (
        ("Worse in some segment of regressions that are not", false_regressors),
        ("Worse in some segment of equal classifications", false_classifiers),
        ("Worse in a segment that is so", found_worse),
    ):
        print(f"{title}, % of {asked.comparisons}")
        tables[title] = table(asked.comparisons)
        for name, share in tables[title].items():
            print(f"  {name:56}{100 * share:6.1f}", flush=True)
    regressions, classifications, _ = tables.values()
    worst = {
        kind: max(share for name, share in regressions.items() if name.startswith(f"{kind}, 0%")) for kind in ERRORS
    } | {"classes": max(classifications.values())}
    print(json.dumps({"worst_false": worst, "seconds": round(time.monotonic() - started, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
