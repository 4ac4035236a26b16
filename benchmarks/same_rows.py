"""How often rows of a holdout are equal to other rows by honest chance.

``make bench NAME=same_rows``, or ``python benchmarks/same_rows.py TABLE.csv ...`` for further tables without a key.

Of each table 20 holdouts of 200 rows (a fifth of a small table) are drawn; the rest is what drops would deliver.
Counted are the rows of the holdout that have the fingerprint of another row, which is what
``identity.same_row_share`` is compared with. BACE is taken from ``BACE_CSV``, iris and breast cancer from scikit-
learn. The last line is one JSON object: table -> rows, and the mean and the largest share.
docs/adr/0016-identity.md shows the figures.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from include.autopilot.drops.heldout import HeldOut, HeldRow  # noqa: E402
from include.autopilot.rows.fingerprint import fingerprint  # noqa: E402
from include.autopilot.rows.identity import identity  # noqa: E402

DRAWS, HOLDOUT = 20, 200
NOT_FEATURES = ["CID", "mol", "Class", "Model", "canvasUID"]


def tables(paths: list[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables by name, cells as text."""
    if "BACE_CSV" in os.environ:
        yield "bace", pd.read_csv(os.environ["BACE_CSV"], dtype=str).drop(columns=NOT_FEATURES)
    for name, load in (("iris", load_iris), ("breast_cancer", load_breast_cancer)):
        yield name, load(as_frame=True).frame.astype(str)
    for path in paths:
        yield Path(path).stem, pd.read_csv(path, dtype=str, keep_default_na=False)


def shares(table: pd.DataFrame) -> list[float]:
    """Return per draw the share of the holdout's rows that are equal to a row that is not in it."""
    prints = [fingerprint(row) for row in table.fillna("").to_numpy().tolist()]
    size = min(HOLDOUT, len(prints) // 5)
    found = []
    for draw in range(DRAWS):
        chosen = set(random.Random(draw).sample(range(len(prints)), size))  # noqa: S311 - a draw, not a secret
        rows = (HeldRow(f"row-{place}", prints[place], "sealed", str(place)) for place in chosen)
        with HeldOut(rows) as held:
            others = (held.match(identity(f"row-{place}"), prints[place]) for place in set(range(len(prints))) - chosen)
            equal = {prints[int(match.held.row)] for match in others if match is not None and match.how == "content"}
        found.append(sum(prints[place] in equal for place in chosen) / size)
    return found


def main(paths: list[str]) -> None:
    """Measure and print."""
    told = {}
    for name, table in tables(paths):
        found = shares(table)
        told[name] = {"rows": len(table), "mean": round(sum(found) / DRAWS, 4), "largest": round(max(found), 4)}
        print(f"{name}: {told[name]}")
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
