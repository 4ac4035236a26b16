"""Look at the rows of a run before anything is paid for: sealed rows in disguise, keys that are none, repeated keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from include.autopilot.drops.findings import EXAMPLES, Finding, Sighting
from include.autopilot.drops.heldout import HeldOut
from include.autopilot.drops.keylists import MATCH_LIST
from include.autopilot.drops.placeholders import Placeholder
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.drops.repeats import repeated_keys
from include.autopilot.drops.samekeys import one_spelling, same_keys, spellings
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.bundle import Bundle
from include.autopilot.settings.identity import IdentityConfig

MATCHES = "how TEXT, key TEXT, row TEXT, held_key TEXT, holdout TEXT, held_row TEXT"
_FIRST = f"SELECT key, row, held_key, held_row FROM rows WHERE how = ? ORDER BY rowid LIMIT {EXAMPLES}"  # noqa: S608
_SHARES = "SELECT holdout, COUNT(DISTINCT held_row) FROM rows WHERE how = ? GROUP BY holdout ORDER BY holdout"
# The share of a holdout's keys that come again in another case by no chance: some SMILES of a table differ by it.
_CASED = 0.5
# A number may be a real key that was measured twice.
_MANY = {False: 2, True: 3}


def check_rows(
    bundle: Bundle, drops: Sequence[PlannedDrop], table: KeyTable, held: HeldOut, config: IdentityConfig, yaml: str
) -> list[Finding]:
    """Return what is to be told of the rows of a run.

    :param bundle: the objects of the prepared drops.
    :param table: the rows, see :func:`include.autopilot.drops.runrows.rows_of_drops`.
    :param yaml: the file that states the rules.
    """

    def name(drop: int, file: int, number: int) -> str:
        return drops[drop].row(file, number)

    with KeyTable(MATCHES) as matches:
        for drop in drops:
            if drop.repeats is None and drop.prepared.matches:
                matches.add(_matches(bundle, drop))
        found = matched(matches, held, config, yaml)
    counted = [Counted(drop.name, drop.row, drop.prepared.placeholders) for drop in drops if drop.repeats is None]
    found += placeholders(counted, config, yaml)
    return found + compared(table, held, lambda drop: drops[drop].name, name, config, yaml)


def compared(
    table: KeyTable,
    held: HeldOut,
    drop: Callable[[int], str],
    name: Callable[[int, int, int], str],
    config: IdentityConfig,
    yaml: str,
) -> list[Finding]:
    """Return what is to be told of the rows of drops, and of those of holdouts, compared with each other.

    :param table: has the columns ``key``, ``folded``, ``print``, ``drop_``, ``file`` and ``number``.
    :param drop: the name of the drop with a number; ``name``: that of a row, by drop, file and number.
    """
    found = same_keys(held.spellings(), "the holdouts", config, yaml)
    found += same_keys(spellings(table, "drop_, file, number", name), "the drops", config, yaml)
    return found + repeated_keys(table, drop, name, config, yaml)


def matched(matches: KeyTable, held: HeldOut, config: IdentityConfig, yaml: str) -> list[Finding]:
    """Return what is to be told of rows that are, or may be, a holdout's.

    :param matches: has the columns :data:`MATCHES`.
    """
    counts: Counter[str] = Counter(dict(matches.select("SELECT how, COUNT(*) FROM rows GROUP BY how")))
    found = []
    if count := counts["spelling"]:
        sentence = (
            f"{count} rows of the drops have a key that spells that of a holdout's row in another way, so they are "
            "sealed rows and are kept out of the training:"
        )
        refused, fix = config.same_key == "refuse", one_spelling(config, yaml)
        found.append(Finding("same_key", refused, count, sentence, fix, _examples(matches, "spelling")))
    if count := counts["content"]:
        shares = dict(matches.select(_SHARES, ("content",)))
        found.append(_same_rows(count, shares, held, config, yaml, _examples(matches, "content")))
    if count := counts["case"]:
        shares = dict(matches.select(_SHARES, ("case",)))
        found.append(_cased(count, shares, held, config, yaml, _examples(matches, "case")))
    return found


def _cased(
    count: int,
    shares: Mapping[str, int],
    held: HeldOut,
    config: IdentityConfig,
    yaml: str,
    examples: tuple[tuple[Sighting, ...], ...],
) -> Finding:
    told, many = _told(shares, held), _too_many(shares, held, _CASED)
    sentence = f"{count} rows of the drops have the key of a holdout's row but for upper and lower case ({told}):"
    fix = "They say something else, so they count as other rows; write the keys in one way if they are not."
    if many:
        fix = f"So many are no chance, although they say something else. {one_spelling(config, yaml)}"
    return Finding("case", many and config.same_key == "refuse", count, sentence, fix, examples)


def _told(shares: Mapping[str, int], held: HeldOut) -> str:
    return ", ".join(f"{rows} of the {held.rows(holdout)} of {holdout}" for holdout, rows in shares.items())


def _too_many(shares: Mapping[str, int], held: HeldOut, share: float) -> bool:
    return any(rows > share * held.rows(holdout) for holdout, rows in shares.items())


def _same_rows(
    count: int,
    shares: Mapping[str, int],
    held: HeldOut,
    config: IdentityConfig,
    yaml: str,
    examples: tuple[tuple[Sighting, ...], ...],
) -> Finding:
    out = config.same_row == "refuse"
    told, too_many = _told(shares, held), _too_many(shares, held, config.same_row_share)
    sentence = (
        f"{count} rows of the drops have the features and the target of a holdout's row ({told}) under another key; "
        f"they are {'kept out of' if out else 'left in'} the training:"
    )
    if out and too_many:
        fix = (
            "Deliver them under their old keys. If rows of this table are often equal and yet different, set identity: "
            f"{{same_row: warn}} in {yaml}, or a higher same_row_share."
        )
    else:
        fix = "So few may be chance." if out else "The holdout is no proof for them if they are the same rows."
    return Finding("same_row", out and too_many, count, sentence, fix, examples)


def _matches(bundle: Bundle, drop: PlannedDrop) -> Iterator[tuple[Any, ...]]:
    for row in MATCH_LIST.read(bundle, drop.prepared.folder):
        yield row.how, row.key, drop.row(row.file, row.number), row.held_key, row.holdout, row.held_row


def _examples(matches: KeyTable, how: str) -> tuple[tuple[Sighting, ...], ...]:
    found = matches.select(_FIRST, (how,))
    return tuple((Sighting(key, row), Sighting(held_key, held_row)) for key, row, held_key, held_row in found)


class Counted(NamedTuple):
    """Rows of one drop whose keys look like none.

    :param drop: its name; ``name``: that of a row, by file and number.
    """

    drop: str
    name: Callable[[int, int], str]
    found: Sequence[Placeholder]


def placeholders(drops: Sequence[Counted], config: IdentityConfig, yaml: str) -> Iterator[Finding]:
    """Yield what is to be told of keys that look like none: several in one drop, or the same in several drops."""
    single: dict[str, list[Sighting]] = {}
    refused = config.placeholder_keys == "refuse"
    fix = "Give every row its own key"
    for drop, name, found in drops:
        for one in found:
            rows = tuple(Sighting(one.key, name(file, number)) for file, number in one.first)
            if one.rows >= _MANY[one.ambiguous]:
                sentence = (
                    f"Drop {drop}: {one.rows} rows have the key {one.key!r}, which says that there is none; of "
                    "rows with one key only the last is used:"
                )
                mild = f", or set identity: {{placeholder_keys: warn}} in {yaml} if it is one." if refused else "."
                yield Finding("placeholder", refused, one.rows, sentence, fix + mild, (rows,))
            elif not one.ambiguous:
                single.setdefault(identity(one.key).folded, []).append(rows[0])
    for several in single.values():
        if len(several) > 1:
            sentence = (
                f"{len(several)} drops have a row with the key {several[0].key!r}, which says that there is none; only "
                "the last of them is used:"
            )
            yield Finding("placeholder", False, len(several), sentence, f"{fix}.", (tuple(several[:EXAMPLES]),))
