"""The gate's error rate and power: how often it promotes a model that is no better, and how often one that is.

``make bench NAME=gate``; about three and a half minutes of one core. The last line is one JSON object.

- Null pairs: losses of two real models, cross-validated over a whole table (scikit-learn's diabetes, breast cancer and
  digits; BACE takes part when BACE_CSV names a copy). 2,000 holdouts of every size are drawn from them, rows with
  replacement, and made equal: each row's two losses change sides at random ("exchanged"), or the challenger's losses
  are multiplied so that both models' metric over the whole table is the same ("scaled"). A promotion is an error.
- Power: the exchanged pairs, the challenger's metric lowered by a true relative gain. Not for accuracy: an answer
  cannot be 3 % less wrong.
- Decisions are the gate's own, with its 10,000 resamples and its seed (benchmarks/gate_side/simulate.py).
- The rules are those of a single comparison; benchmarks/timeline.py has their errors over many. "timeline" is the
  default, which spends its error over them.
- BACE's twelve cutoffs: which models each rule promotes when every model meets the champion it has by then; the
  product's own cut with several seeds of the models, and other cuts with 200 rows more that judge nothing and tell how
  good the last champion really is.

``type_one_error`` is the worst of all cells with ``min_holdout_rows`` rows or more, at the default configuration.
``--cuts N`` takes more other cuts (2 by default; 20 to 40 seconds each).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

# One core: what is told as seconds is then the same on every machine, more or less.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks.gate_side.pairs import Pair, open_pairs  # noqa: E402
from benchmarks.gate_side.simulate import (  # noqa: E402
    counts_of,
    evidence_of,
    exchanged,
    needed_gain,
    promoted,
    scaled,
)
from benchmarks.gate_side.timeline import Course, course_of, drawn_sequence, product_sequence  # noqa: E402
from include.autopilot.settings.gate import GateConfig  # noqa: E402

SEED = 0
HOLDOUTS = 2000
ROWS = (45, 100, 150, 200, 300, 1000)
GAINS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12, 0.15, 0.20)
SHOWN = 200
DEFAULT = GateConfig(errors="comparison")
TIMELINE = GateConfig()
RULES: Mapping[str, GateConfig] = {
    "interval": replace(DEFAULT, rule="interval"),
    "bound": replace(DEFAULT, rule="bound"),
    "non_inferior": replace(DEFAULT, rule="non_inferior"),
    "point": replace(DEFAULT, rule="point"),
    "point, 3 %": replace(DEFAULT, rule="point", min_relative_change=0.03),
}
OWN = "default"
MODEL_SEEDS = 3


@dataclass(frozen=True)
class Cell:
    """One kind of pair, made equal in one way, at one size: shares by rule, ``power`` by rule and gain.

    :param needed: per rule the true relative gain that 80 % of the holdouts let through.
    """

    pair: Pair
    null: str
    rows: int
    errors: dict[str, float]
    power: dict[str, dict[float, float]]
    needed: dict[str, float]


def main() -> int:
    """Simulate, follow BACE, print the tables, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cuts", type=int, default=2, help="other cuts of BACE to follow")
    cuts = arguments.parse_args().cuts
    started = time.monotonic()
    path = os.environ.get("BACE_CSV")
    cells = simulate([*open_pairs(), *_bace_pairs(path)])
    print(error_table(cells), power_table(cells), rules_table(cells), needed_table(cells), sep="\n\n")
    if path is None:
        print("\nBACE_CSV is not set: no pairs of BACE, and its twelve cutoffs are not followed.")
    courses = follow(path, cuts) if path else {}
    if courses:
        print(course_table(courses))
    print(json.dumps(document(cells, courses, time.monotonic() - started)))
    return 0


def simulate(pairs: Sequence[Pair]) -> list[Cell]:
    """Decide every cell; sizes outside, because all cells of one size share the gate's draws."""
    cells = []
    for rows in ROWS:
        for number, pair in enumerate(pairs):
            for null in (exchanged, scaled) if pair.scalable else (exchanged,):
                random = np.random.default_rng([SEED, rows, number, null is scaled])
                cells.append(_cell(pair, null.__name__, rows, null(pair, rows, HOLDOUTS, random)))
        counts_of.cache_clear()
    return cells


def _cell(pair: Pair, null: str, rows: int, holdouts: Any) -> Cell:
    rules = {**RULES, OWN: DEFAULT}
    evidence = evidence_of(holdouts, list(rules.values()))
    errors = {name: float(promoted(evidence, rule).mean()) for name, rule in rules.items()}
    if null != "exchanged" or not pair.scalable:
        return Cell(pair, null, rows, errors, {}, {})
    power = {
        name: {gain: float(promoted(evidence, rule, gain).mean()) for gain in GAINS} for name, rule in rules.items()
    }
    needed = {name: float(np.quantile(needed_gain(evidence, rule), 0.8)) for name, rule in rules.items()}
    return Cell(pair, null, rows, errors, power, needed)


def _bace_pairs(path: str | None) -> Iterable[Pair]:
    from benchmarks.gate_side.tables import bace_pairs

    return bace_pairs(path) if path else ()


def follow(path: str, cuts: int) -> dict[str, dict[str, list[Course]]]:
    """Return the courses by rule: of the product's own cut, one per seed of the models, and of other cuts."""
    own = [product_sequence(path, seed) for seed in range(MODEL_SEEDS)]
    other = [drawn_sequence(path, draw) for draw in range(cuts)]
    return {
        name: {
            "product_cut": [course_of(months, rule) for months in own],
            "other_cuts": [course_of(months, rule) for months in other],
        }
        for name, rule in {**RULES, "timeline": TIMELINE}.items()
    }


# ---- what is shown


def error_table(cells: Sequence[Cell]) -> str:
    """Return least and most of the error rates, by rule and size."""
    head = f"Promoted although no better, % of {HOLDOUTS:,} null pairs, least-most of all kinds of pair"
    lines = [head, _line("rule", [f"{rows} rows" for rows in ROWS])]
    for name in RULES:
        found = [[cell.errors[name] for cell in cells if cell.rows == rows] for rows in ROWS]
        lines.append(_line(name, [f"{100 * min(one):.1f}-{100 * max(one):.1f}" for one in found]))
    return "\n".join(lines)


def power_table(cells: Sequence[Cell]) -> str:
    """Return the default's power, by true gain and size, for RMSE."""
    sizes = ROWS[1:]
    head = (
        "Promoted with a true relative gain in RMSE, default configuration, %: mean (least-most) of the kinds of pair"
    )
    lines = [head, _line("gain", [f"{rows} rows" for rows in sizes])]
    for gain in GAINS:
        found = [[cell.power[OWN][gain] for cell in _rmse(cells, rows)] for rows in sizes]
        told = [f"{100 * np.mean(one):.0f} ({100 * min(one):.0f}-{100 * max(one):.0f})" for one in found]
        lines.append(_line(f"{gain:.0%}", told))
    return "\n".join(lines)


def rules_table(cells: Sequence[Cell]) -> str:
    """Return the power of all rules at one size, for RMSE."""
    lines = [f"The same for all rules, {SHOWN} rows: mean of the kinds of pair, %", _line("gain", list(RULES))]
    for gain in GAINS:
        powers = [np.mean([cell.power[name][gain] for cell in _rmse(cells, SHOWN)]) for name in RULES]
        lines.append(_line(f"{gain:.0%}", [f"{100 * power:.0f}" for power in powers]))
    return "\n".join(lines)


def needed_table(cells: Sequence[Cell]) -> str:
    """Return, per kind of pair, the gain that the default sees in 80 % of the cases."""
    sizes = ROWS[1:]
    lines = ["True relative gain promoted in 80 % of the cases, default configuration, %"]
    lines.append(_line("pair", [f"{rows} rows" for rows in sizes], width=64))
    for first in (cell for cell in cells if cell.rows == sizes[0] and cell.needed):
        same = [cell for cell in cells if cell.pair is first.pair and cell.needed and cell.rows in sizes]
        name = f"{first.pair.metric}, {first.pair.table}: {first.pair.models}"
        lines.append(_line(name, [f"{100 * cell.needed[OWN]:.1f}" for cell in same], width=64))
    return "\n".join(lines)


def course_table(courses: Mapping[str, Mapping[str, Sequence[Course]]]) -> str:
    """Return what each rule makes of BACE's twelve cutoffs; the first promotion is the first model's."""
    lines = [
        "\nBACE's twelve cutoffs: promoted models (RMSE behind the best so far: in the end, mean over the cutoffs)"
    ]
    for name, found in courses.items():
        for seed, course in enumerate(found["product_cut"]):
            which = ", ".join(map(str, course.promoted))
            lines.append(f"{name:16}seed {seed}  {which} ({course.final_regret:.1%}, {course.mean_regret:.1%})")
    for name, found in courses.items():
        told = _means(found["other_cuts"])
        if told:
            lines.append(
                f"{name:16}{len(found['other_cuts'])} other cuts: {told['promotions']:.1f} promotions, behind by "
                f"{told['final_regret']:.1%} and {told['mean_regret']:.1%}; on rows that judged nothing the last "
                f"champion is {told['final_audit']:.1%} behind the last model"
            )
    return "\n".join(lines)


def document(cells: Sequence[Cell], courses: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Give the last line."""
    judged = [cell for cell in cells if cell.rows >= DEFAULT.min_holdout_rows]
    worst = max(judged, key=lambda cell: cell.errors[OWN])
    which = f"{worst.pair.metric}, {worst.pair.table}: {worst.pair.models}, {worst.null}, {worst.rows} rows"
    return {
        "type_one_error": round(worst.errors[OWN], 4),
        "type_one_error_in": which,
        "null_pairs_per_cell": HOLDOUTS,
        "cells": len(judged),
        "default": {
            "rule": DEFAULT.rule,
            "confidence": DEFAULT.confidence,
            "min_relative_change": DEFAULT.min_relative_change,
            "min_holdout_rows": DEFAULT.min_holdout_rows,
        },
        "worst_by_rule": {name: round(max(cell.errors[name] for cell in judged), 4) for name in RULES},
        "power_rmse": {
            name: {
                str(rows): {
                    f"{gain:g}": round(float(np.mean([cell.power[name][gain] for cell in _rmse(cells, rows)])), 3)
                    for gain in GAINS
                }
                for rows in ROWS[1:]
            }
            for name in RULES
        },
        "bace": {
            name: {
                "promoted": [list(course.promoted) for course in found["product_cut"]],
                "product_cut": _means(found["product_cut"]),
                "other_cuts": _means(found["other_cuts"]),
            }
            for name, found in courses.items()
        }
        or None,
        "seed": SEED,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(time.process_time(), 1),
    }


def _rmse(cells: Sequence[Cell], rows: int) -> list[Cell]:
    return [cell for cell in cells if cell.rows == rows and cell.power and cell.pair.metric == "RMSE"]


def _means(courses: Sequence[Course]) -> dict[str, float]:
    if not courses:
        return {}
    members = ("final_regret", "mean_regret", "final_audit")
    told = {name: float(np.mean([getattr(course, name) for course in courses])) for name in members}
    told["promotions"] = float(np.mean([len(course.promoted) for course in courses]))
    return {name: round(value, 4) for name, value in told.items() if np.isfinite(value)}


def _line(first: str, cells: Sequence[str], width: int = 16) -> str:
    return f"{first:{width}}" + "".join(f"{cell:>16}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
