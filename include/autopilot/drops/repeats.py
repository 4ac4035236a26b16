"""Keys that come again within one drop: only the last row of each is used, whatever the others say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from include.autopilot.drops.findings import EXAMPLES, Finding, Sighting
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.identity import IdentityConfig

# Rows that say the same lose nothing: rows of one key and one content count once. What an earlier version prepared has
# no fingerprints; its rows count as different.
_REPEATED = """
    SELECT drop_, key, COUNT(*), MAX(COUNT(DISTINCT print), (MIN(print) = '') * COUNT(*)) AS contents, MIN(rowid),
        MAX(rowid)
    FROM rows GROUP BY drop_, key HAVING COUNT(*) > 1 ORDER BY drop_, contents DESC, key
"""
_PLACES = "SELECT key, file, number FROM rows WHERE rowid IN (?, ?) ORDER BY rowid"
# So few rows are corrections, however small the drop.
_FEW = 2


@dataclass
class _Repeated:
    """What was found in one drop: keys, the rows that they stand on, and those that say something else."""

    keys: int = 0
    rows: int = 0
    lost: int = 0


def repeated_keys(
    table: KeyTable, drop: Callable[[int], str], name: Callable[[int, int, int], str], config: IdentityConfig, yaml: str
) -> list[Finding]:
    """Return what is to be told of repeated keys, drop by drop.

    :param table: has the columns ``drop_``, ``key``, ``print``, ``file`` and ``number``.
    :param drop: the name of the drop with a number; ``name``: that of a row, by drop, file and number.
    :param yaml: the file that states the rules.
    """
    whole = dict(table.select("SELECT drop_, COUNT(*) FROM rows GROUP BY drop_"))
    findings = []
    for place, keys in groupby(table.select(_REPEATED), key=itemgetter(0)):
        found = _Repeated()
        examples: list[tuple[Sighting, ...]] = []
        for _, _, rows, contents, first, last in keys:
            found = _Repeated(found.keys + 1, found.rows + rows, found.lost + contents - 1)
            if len(examples) < EXAMPLES:
                ends = table.select(_PLACES, (first, last))
                examples.append(tuple(Sighting(key, name(place, file, number)) for key, file, number in ends))
        findings.append(_finding(found, drop(place), whole[place], config, yaml, tuple(examples)))
    return findings


def _finding(
    found: _Repeated,
    drop: str,
    whole: int,
    config: IdentityConfig,
    yaml: str,
    examples: tuple[tuple[Sighting, ...], ...],
) -> Finding:
    too_many = found.lost > max(_FEW, config.repeated_share * whole)
    refused = too_many and config.repeated_keys == "refuse"
    sentence = (
        f"Drop {drop}: {found.keys} keys stand on {found.rows} of its {whole} rows. Of each key only the last row is "
        f"used, so {found.rows - found.keys} rows are not; {found.lost} of them say something else than it does:"
    )
    if not found.lost:
        fix = "Rows that are repeated as they are lose nothing."
    elif not too_many:
        fix = "So few look like corrections; give every row a key of its own if they are none."
    else:
        fix = "Give every row a key of its own (that of the sample, say, not of the patient)"
        fix += f", or set identity: {{repeated_keys: warn}} in {yaml} to go on with the last rows." if refused else "."
    return Finding("repeated", refused, found.keys, sentence, fix, examples)
