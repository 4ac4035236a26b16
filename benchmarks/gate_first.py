"""How often the gate makes a useless model the first champion, by metric.

``make bench NAME=gate_first``; the last line is one JSON object. The challengers are those of
benchmarks/gate_side/useless.py; the decisions are the gate's own, at its default configuration but for the resamples
(2,000). ``--challengers N`` per kind, metric and size (200 by default), ``--rows N ...`` (150 and 1,000).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.gate_side.useless import promoted_share, useless  # noqa: E402
from include.autopilot.settings.gate import GateConfig  # noqa: E402

SEED = 0
CONFIG = replace(GateConfig(), resamples=2000)


def main() -> int:
    """Judge them all and print a line per metric, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--challengers", type=int, default=200)
    arguments.add_argument("--rows", type=int, nargs="+", default=[150, 1000])
    asked = arguments.parse_args()
    started = time.monotonic()
    found: dict[str, dict[int, list[tuple[float, str]]]] = {}
    for one in useless():
        for metric in one.metrics:
            for rows in asked.rows:
                share = promoted_share(one, metric, rows, asked.challengers, CONFIG, SEED)
                found.setdefault(metric, {}).setdefault(rows, []).append((share, f"{one.kind}, {one.rows}"))
    print(f"Useless first models promoted, % of {asked.challengers}: most of the kinds, and their mean")
    for metric, by_rows in found.items():
        told = [
            f"{rows} rows: {100 * max(shares)[0]:.1f} ({max(shares)[1]}), mean "
            f"{100 * sum(share for share, _ in shares) / len(shares):.1f}"
            for rows, shares in by_rows.items()
        ]
        print(f"{metric:18}" + "; ".join(told))
    worst = {metric: max(max(shares)[0] for shares in by_rows.values()) for metric, by_rows in found.items()}
    print(json.dumps({"worst": worst, "seconds": round(time.monotonic() - started, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
