import os
from pathlib import Path

import pandas as pd
import pytest

from include.bace import source
from include.bace.source import load

ROOT = Path(__file__).parents[3]


@pytest.fixture
def real(tmp_path: Path) -> pd.DataFrame:
    """MoleculeNet's table, where there is a copy."""
    named = os.environ.get("BACE_CSV") or ROOT.parent / "shared" / "data" / "bace.csv"
    if not Path(named).is_file():
        pytest.skip("no bace.csv: name one with BACE_CSV")
    table = load({"BACE_CSV": str(named)}, tmp_path)
    if table.data_source != source.DATA_SOURCE:
        pytest.skip(f"{table.data_source}: the record is of MoleculeNet's")
    return table.frame
