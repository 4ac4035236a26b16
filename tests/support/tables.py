"""Small files read whole, as the tests of what is read row by row want to see them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.keytable import SeenKeys
from include.autopilot.rows.scan import Scan


@dataclass(frozen=True)
class Table:
    """One checked file.

    :param rows: data rows in the file.
    :param lines: (key, CSV line without line end) of every row that has a target, in the file's order.
    :param unusable: rows without a target.
    :param extra: columns that nobody asked for; they are left out.
    """

    rows: int
    lines: tuple[tuple[str, str], ...]
    unusable: int
    extra: tuple[str, ...]


def read_table(
    file: str,
    body: bytes,
    contract: Contract,
    ignore: Sequence[str] = (),
    select: Sequence[str] | None = None,
    seen: SeenKeys | None = None,
) -> Table:
    """Check one file whose keys must differ, and return its usable rows."""
    with SeenKeys() as own:
        scan = Scan(file, io.BytesIO(body), contract, ignore, select, own if seen is None else seen)
        lines = tuple((row.key, row.line) for row in scan.rows_of_any())
        return Table(scan.rows, lines, scan.rows - scan.usable, scan.extra)
