"""A table of the shape of BACE whose rows have structures: made-up ones, which fit no descriptor and no activity."""

import hashlib
from io import BytesIO

import pandas as pd

from include.bace.cut import Cut
from include.bace.source import columns
from include.bace.synthetic import render

# Rows of the commonest scaffold, of the compounds without a ring, and of scaffolds that three rows share.
COMMON, ACYCLIC, SHARED = 700, 20, 300


def with_structures() -> pd.DataFrame:
    """Give the synthetic table with a SMILES in every row: many scaffolds of one row, some of three, two of many."""
    table = pd.read_csv(BytesIO(render(columns())), dtype=str, keep_default_na=False)
    return table.assign(mol=[_smiles(row) for row in range(len(table))])


def _smiles(row: int) -> str:
    if row < ACYCLIC:
        return "C" * (row + 1)
    if row < ACYCLIC + COMMON:
        return on_scaffold(0, row)
    return on_scaffold(row // 3 if row < ACYCLIC + COMMON + SHARED else row, row)


def on_scaffold(number: int, row: int) -> str:
    """Two rings with a chain between them, of atoms by the number; what hangs on a ring is not part of a scaffold."""
    chain = "".join("CNO"[number // 3**place % 3] for place in range(7))
    return f"{'C' * (row % 7)}c1ccc({chain}c2ccncc2)cc1"


def membership(cut: Cut) -> str:
    """Digest of which compound went where."""
    parts = [(f"{day:%Y-%m-%d}", rows) for day, rows in cut.drops.items()] + list(cut.holdouts.items())
    lines = [f"{name} {compound}" for name, rows in parts for compound in sorted(rows["CID"])]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
