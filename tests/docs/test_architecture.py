"""docs/architecture.md sends nobody to a file that is not there."""

from __future__ import annotations

import re

import pytest

from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROWS = [line for line in PAGE[PAGE.index("## Where a change goes") :].splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_where_a_change_goes(row: str) -> None:
    paths = re.findall(r"`([\w/]+(?:\.py|/))`", row)
    assert paths
    folder = ROOT / "include" / "autopilot"
    folders = [folder, ROOT, *(ROOT / path for path in paths if (ROOT / path).is_dir())]
    folders += [(ROOT / path).parent for path in paths if "/" in path and (ROOT / path).is_file()]
    assert [path for path in paths if not any((place / path).exists() for place in folders)] == []
