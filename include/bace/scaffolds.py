"""Cuts BACE so that the holdout has scaffolds that no training sees: what a model is worth on new chemistry.

A scaffold is Bemis and Murcko's: a molecule's rings and what links them, without side chains. As in the scaffold split
of MoleculeNet, compounds of one scaffold stay together and the commonest scaffolds train. That split takes scaffolds of
one size in the order of the file, which here is the order of activity; this one takes them in the order of a hash.
"""

from collections.abc import Callable

import pandas as pd

from include.bace.cut import (
    FIRST_DROP_ROWS,
    LEFT_OUT,
    MONTHLY_DROPS,
    SEALED_ROWS,
    Cut,
    by_month,
    check_compounds,
    in_order,
    order_key,
)
from include.bace.errors import BaceError

HOLDOUT = "new_scaffolds"
_NAME = "bace-scaffolds-v1"


def cut_by_scaffold(table: pd.DataFrame) -> Cut:
    """Cut the table into twelve drops (2024-01-01 … 2024-12-01) and 200 rows, or a few more, of the rarest scaffolds.

    :raises BaceError: RDKit is not installed, a structure cannot be read, or there are too few rows.
    """
    check_compounds(table)
    scaffolds = scaffolds_of(table)
    held_out = scaffolds.isin(_rarest(scaffolds))
    kept = table.drop(columns=list(LEFT_OUT))
    rest = in_order(kept[~held_out], _NAME)
    if len(rest) < FIRST_DROP_ROWS + MONTHLY_DROPS:
        raise BaceError(
            f"{len(rest)} of {len(table)} rows have scaffolds that are not held out: "
            f"at least {FIRST_DROP_ROWS + MONTHLY_DROPS} are needed for the drops"
        )
    drops = by_month(rest[:FIRST_DROP_ROWS], rest[FIRST_DROP_ROWS:])
    return Cut(drops, {HOLDOUT: in_order(kept[held_out], _NAME)})


def scaffolds_of(table: pd.DataFrame) -> "pd.Series[str]":
    """Give each row's scaffold as SMILES, without stereochemistry; all compounds without a ring have the empty one.

    :raises BaceError: RDKit is not installed, or a structure cannot be read.
    """
    try:
        from rdkit import Chem, rdBase
        from rdkit.Chem.Scaffolds import MurckoScaffold
    except ImportError as error:
        raise BaceError("scaffolds are computed by RDKit, which is not installed: pip install rdkit") from error
    murcko: Callable[..., str] = MurckoScaffold.MurckoScaffoldSmiles
    # RDKit writes to the standard error by itself, past Python.
    with rdBase.BlockLogs():
        molecules = [Chem.MolFromSmiles(smiles) for smiles in table["mol"]]
    # Of an empty text RDKit makes a molecule without atoms.
    unread = table[[molecule is None or not molecule.GetNumAtoms() for molecule in molecules]]
    if len(unread):
        first = unread.iloc[0]
        raise BaceError(
            f"{len(unread)} of {len(table)} rows have no structure in column mol, the first is {first['CID']} "
            f"({first['mol'][:40]!r}), and without structures there are no scaffolds. "
            "The synthetic table has none at all: name MoleculeNet's file with BACE_CSV"
        )
    return pd.Series([murcko(mol=molecule, includeChirality=False) for molecule in molecules], index=table.index)


def _rarest(scaffolds: "pd.Series[str]") -> set[str]:
    """Choose whole scaffolds, the rarest first, until they have the holdout's rows."""
    rows = scaffolds.value_counts()
    chosen: set[str] = set()
    held_out = 0
    for scaffold in sorted(rows.index, key=lambda one: (rows[one], order_key(one, _NAME))):
        if held_out >= SEALED_ROWS:
            break
        chosen.add(scaffold)
        held_out += int(rows[scaffold])
    return chosen
