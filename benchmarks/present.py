"""Whether the champion stays present: what becomes of it when the world changes, and when it does not.

``make bench NAME=present``; about six minutes of two free cores. The last line is one JSON object, of the shipped
policy: what the form of ``make new-model`` says, read as a run reads it.

- The test of a decline (the product's ``decline``) and four others, on losses alone: false alarms over fifty exams of a
  champion that stays as it is, and how many exams a change of the mean loss takes to be seen.
- Worlds (benchmarks/present_side/worlds.py): drops of 100 rows; least squares on a linear table, XGBoost on a
  nonlinear one; no change, a sudden one, one that comes over six drops, one that comes and goes; the champion's RMSE
  is multiplied by 1.25, 2 and 4. Policies, each a YAML that the product's functions follow: every model is taken;
  judged on day one's holdout, with an error per comparison and per timeline (what counts without keys); judged on the
  newest rows; with looks and judging rows begun anew at a decline; the shipped one, which has a second challenger of
  the rows since; that one where an exam starts the run; that one with ``judge_on: both``. Told is the champion's RMSE
  on the next drop's world as a ratio to that of taking every model, from the change on.
- Fifty cutoffs of models that are all equally good, by as many resamples as the gate draws: each promotion is false.
- BACE with planted changes, when BACE_CSV names a copy.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks.present_side.alarms import STILL, TESTS, delays, false_alarms  # noqa: E402
from benchmarks.present_side.made import PLANTED, EquallyGood, bace_with  # noqa: E402
from benchmarks.present_side.policies import Course, Policy, follow, shipped_model, with_gate  # noqa: E402
from benchmarks.present_side.worlds import KINDS, World  # noqa: E402
from include.autopilot.settings.decline import DeclineConfig  # noqa: E402
from include.autopilot.settings.gate import GateConfig  # noqa: E402

MODEL = shipped_model()
# Without the keys.
SILENT = replace(MODEL, gate=GateConfig(), window="all")
SHIPPED = Policy("shipped", MODEL)
POLICIES = (
    Policy("every model", SILENT, every=True),
    Policy("sealed, per comparison", with_gate(SILENT, errors="comparison")),
    Policy("sealed, timeline", SILENT),
    Policy("recent", replace(with_gate(SILENT, judge_on="recent"), exam="off")),
    Policy("recent, decline", with_gate(SILENT, judge_on="recent")),
    SHIPPED,
    Policy("shipped, retrain", replace(MODEL, decline=DeclineConfig(then="retrain", schedule="0 6 * * *"))),
    Policy("shipped, both", with_gate(MODEL, judge_on="both")),
)
# Beyond what so few resamples resolve the tail is Student's; the gate's own number takes three times as long.
FEW = 2000
SHIPS = POLICIES.index(SHIPPED)
TIMES = (1.25, 2.0, 4.0)
DROPS, LONG = 24, 50
CHANGES = (1.2, 1.3, 1.5, 2.0, 3.0)


def main() -> int:
    """Simulate, print the tables, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=3, help="linear worlds per cell; nonlinear: a third")
    arguments.add_argument("--still", type=int, default=40, help="timelines of fifty cutoffs without a change")
    given = arguments.parse_args()
    started = time.monotonic()
    path = os.environ.get("BACE_CSV")
    cells = [(kind, times) for kind in KINDS for times in (TIMES if kind != "none" else (1.0,))]
    asked: list[tuple[Any, ...]] = [
        *(("world", shape, *cell, DROPS, seed) for shape, seeds in (("linear", given.seeds), ("nonlinear", 1))
          for cell in cells for seed in range(max(seeds, given.seeds // 3))),
        *(("equal", policy, seed) for policy, times in ((1, 1), (2, 1), (SHIPS, 3))
          for seed in range(times * given.still)),
        *(("still", seed) for seed in range(given.still // 2)),
        *(("alarms", name) for name in TESTS),
        *(("bace", path, planted, 0) for planted in PLANTED if path),
    ]  # fmt: skip
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = dict(zip(asked, pool.map(answer, asked, chunksize=1), strict=True))
    print(alarm_table(found), changes_table(found), equal_table(found), sep="\n\n")
    print(
        f"\n{bace_table(found)}" if path else "\nBACE_CSV is not set: the nonlinear worlds are all there is beside it."
    )
    print(json.dumps(document(found, time.monotonic() - started)))
    return 0


def answer(asked: tuple[Any, ...]) -> Any:
    """Do one piece of the work."""
    what, *about = asked
    if what == "alarms":
        name = about[0]
        return false_alarms(name, 60), {
            (times, rows): delays(name, times, rows, at, 40) for times in CHANGES for rows, at in ((100, 4), (20, 4))
        }
    if what == "equal":
        return follow(EquallyGood("linear", "none", 1.0, LONG, 1000 + about[1]), POLICIES[about[0]])
    if what == "still":
        return follow(World("linear", "none", 1.0, LONG, 2000 + about[0], 0.1, few=True), SHIPPED)
    source: Any = World(*about) if what == "world" else bace_with(*about)
    return [follow(source, replace(one, model=with_gate(one.model, resamples=FEW))) for one in POLICIES]


# ---- what is shown


def alarm_table(found: dict[Any, Any]) -> str:
    """Return false alarms and delays of the tests."""
    lines = ["Alarms in fifty exams of a champion that stays as it is, % of timelines, worst of six kinds of losses"]
    lines.append(_line("test", list(STILL), 26))
    for name in TESTS:
        rates = found["alarms", name][0]
        lines.append(_line(name, [f"{100 * max(rates[still].values()):.0f}" for still in STILL], 26))
    lines.append(
        "\nExams until a change after four exams is seen (% within two): by times the error, and rows of a drop"
    )
    lines.append(_line("test", [f"{times:g}, {rows}" for rows in (100, 20) for times in CHANGES], 26, 13))
    for name in TESTS:
        told = [found["alarms", name][1][times, rows] for rows in (100, 20) for times in CHANGES]
        lines.append(_line(name, [f"{mean:.1f} ({100 * two:.0f})" for mean, two in told], 26, 13))
    return "\n".join(lines)


def changes_table(found: dict[Any, Any]) -> str:
    """Return the ratios to taking every model, per kind of change, and what the gate did."""
    lines = ["RMSE on the next drop from the change on, as a ratio to taking every model (promotions; false ones)"]
    lines.append(_line("world", [policy.name for policy in POLICIES[1:]], 28, 24))
    for cell in dict.fromkeys(key[1:4] for key in found if key[0] == "world"):
        ratios = [ratio_of(found, cell, number) for number in range(1, len(POLICIES))]
        courses = [_courses(found, cell, number) for number in range(1, len(POLICIES))]
        told = [
            f"{ratio:.2f} ({np.mean([len(c.promoted) for c in some]):.1f}; {np.mean([len(c.false) for c in some]):.1f})"
            for ratio, some in zip(ratios, courses, strict=True)
        ]
        lines.append(_line(f"{cell[0]}, {cell[1]}" + (f", {cell[2]:g} times" if cell[2] > 1 else ""), told, 28, 24))
    return "\n".join(lines)


def equal_table(found: dict[Any, Any]) -> str:
    """Return how many timelines promote a model that is no better."""
    lines = ["Timelines of fifty cutoffs, all models equally good, with a promotion, %"]
    for number in sorted({key[1] for key in found if key[0] == "equal"}):
        some = [course for key, course in found.items() if key[:2] == ("equal", number)]
        lines.append(_line(POLICIES[number].name, [f"{100 * np.mean([len(c.promoted) > 0 for c in some]):.1f}"], 28))
    return "\n".join(lines)


def bace_table(found: dict[Any, Any]) -> str:
    """Return the same ratios on BACE, over the drops from the sixth on."""
    lines = ["BACE in twelve drops, changed from the sixth on: the same ratio (promotions; alarms at drop)"]
    lines.append(_line("change", [policy.name for policy in POLICIES[1:]], 28, 26))
    for key, courses in found.items():
        if key[0] == "bace":
            means = [float(course.ahead[5:].mean()) for course in courses]
            told = [
                f"{mean / means[0]:.2f} ({len(course.promoted)}; {', '.join(str(a + 1) for a in course.alarms) or '-'})"
                for mean, course in zip(means[1:], courses[1:], strict=True)
            ]
            lines.append(_line(key[2], told, 28, 26))
    return "\n".join(lines)


def ratio_of(found: dict[Any, Any], cell: tuple[str, str, float], number: int) -> float:
    """Return a policy's RMSE from the change on over that of taking every model."""
    start = World(*cell, DROPS, 0).first_changed or 0
    ours, every = (np.mean([c.ahead[start:].mean() for c in _courses(found, cell, one)]) for one in (number, 0))
    return float(ours / every)


def document(found: dict[Any, Any], seconds: float) -> dict[str, Any]:
    """Give the last line, of the shipped policy."""
    cells = list(dict.fromkeys(key[1:4] for key in found if key[0] == "world"))
    ratios = {cell: ratio_of(found, cell, SHIPS) for cell in cells}
    changed = [ratio for cell, ratio in ratios.items() if cell[1] != "none"]
    start = World("linear", "sudden", 2.0, DROPS, 0).first_changed or 0
    doubled = [c for shape in ("linear", "nonlinear") for c in _courses(found, (shape, "sudden", 2.0), SHIPS)]
    delay = [next((a - start + 1 for a in c.alarms if a >= start), DROPS - start + 1) for c in doubled]
    equal = [c for key, c in found.items() if key[:2] == ("equal", SHIPS)]
    still = [c for key, c in found.items() if key[0] == "still"]
    return {
        "after_change_ratio": round(float(np.mean(changed)), 3),
        "after_change_worst": round(max(changed), 3),
        "no_change_ratio": round(float(np.mean([ratio for cell, ratio in ratios.items() if cell[1] == "none"])), 3),
        "false_timeline": round(float(np.mean([len(c.promoted) > 0 for c in equal])), 4),
        "false_alarm": round(float(np.mean([len(c.alarms) > 0 for c in [*equal, *still]])), 4),
        "delay_drops": round(float(np.mean(delay)), 2),
        "policy": {
            "judge_on": MODEL.gate.judge_on,
            "window": MODEL.window,
            "decline": MODEL.decline.then,
            "share": MODEL.recent.share,
            "rows": MODEL.recent.rows,
            "fewest_after_decline": MODEL.gate.since_decline.min_holdout_rows,
            "resamples": MODEL.gate.resamples,
        },
        "seconds": round(seconds, 1),
    }


def _courses(found: dict[Any, Any], cell: tuple[str, str, float], number: int) -> list[Course]:
    return [courses[number] for key, courses in found.items() if key[0] == "world" and key[1:4] == cell]


def _line(first: str, cells: Sequence[str], width: int = 16, wide: int = 22) -> str:
    return f"{first:{width}}" + "".join(f"{cell:>{wide}}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
