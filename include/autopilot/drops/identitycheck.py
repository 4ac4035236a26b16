"""Look at the rows of a run before anything is paid for: sealed rows in disguise, keys that are none, repeated keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from include.autopilot.drops.findings import EXAMPLES, Finding, Sighting
from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.drops.keylists import MATCH_LIST
from include.autopilot.drops.placeholders import Placeholder
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.drops.repeats import repeated_keys
from include.autopilot.drops.samekeys import one_spelling, rounded, rounded_keys, same_keys, spellings
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
MANY = {False: 2, True: 3}
_OWN_KEY = "Give every row its own key"


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
    found += placeholders(counted, held, config, yaml)
    return found + compared(table, held, lambda drop: drops[drop].name, name, config, yaml)


def compared(
    table: KeyTable,
    held: HeldOut,
    drop: Callable[[int], str],
    name: Callable[[int, int, int], str],
    config: IdentityConfig,
    yaml: str,
    beside: Iterable[tuple[Any, ...]] = (),
) -> list[Finding]:
    """Return what is to be told of the rows of drops, and of those of holdouts, compared with each other.

    :param table: has the columns ``key``, ``folded``, ``print``, ``drop_``, ``file`` and ``number``.
    :param drop: the name of the drop with a number; ``name``: that of a row, by drop, file and number.
    :param beside: rows of drops whose own repeated keys are not told.
    """
    told = rounded_keys(held.rounded(), "the holdouts")
    told += rounded_keys(rounded(table, "drop_, file, number", name), "the drops")
    told += repeated_keys(table, drop, name, config, yaml)
    table.add(beside)
    found = same_keys(held.spellings(), "the holdouts", config, yaml)
    found += same_keys(spellings(table, "drop_, file, number", name), "the drops", config, yaml)
    return found + told


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


def placeholders(
    drops: Sequence[Counted], held: HeldOut, config: IdentityConfig, yaml: str, delivered: str | None = None
) -> Iterator[Finding]:
    """Yield what is to be told of keys that look like none: several in one drop, the same in several, a holdout's.

    :param delivered: the holdout that is delivered now; such a row is refused in that one alone.
    """
    single: dict[str, list[Sighting]] = {}
    held_single: dict[str, list[int | None]] = {}
    refused = config.placeholder_keys == "refuse"
    mild = f"{_OWN_KEY}, or set identity: {{placeholder_keys: warn}} in {yaml} if it is one."
    for drop, name, found in drops:
        for one in found:
            rows = _sighted(name, one)
            if one.rows >= MANY[one.ambiguous]:
                sentence = (
                    f"Drop {drop}: {one.rows} rows have {_keys(one.key, one.alike)}; {_used(one.alike, one.held)}:"
                )
                yield Finding("placeholder", refused, one.rows, sentence, mild if refused else f"{_OWN_KEY}.", (rows,))
            elif not one.ambiguous:
                folded = identity(one.key).folded
                single.setdefault(folded, []).append(rows[0])
                held_single.setdefault(folded, []).append(one.held)
    for folded, several in single.items():
        if len(several) > 1:
            alike = len({row.key for row in several}) == 1
            keys = _keys(several[0].key, alike)
            sentence = f"{len(several)} drops have a row with {keys}; {_used(alike, _sum(held_single[folded]))}:"
            yield Finding("placeholder", False, len(several), sentence, f"{_OWN_KEY}.", (tuple(several[:EXAMPLES]),))
    if held.keyless:
        yield _keyless(drops, held.keyless, delivered, refused, mild)


def _keyless(
    drops: Sequence[Counted], rows: Sequence[HeldRow], delivered: str | None, refused: bool, mild: str
) -> Finding:
    """Return what is to be told of rows of holdouts without a key: they keep out what they have nothing to do with."""
    found = [
        (one, _sighted(name, one)) for _, name, found in drops for one in found if one.held != 0 and not one.ambiguous
    ]
    out = sum(one.held or 0 for one, _ in found)
    rows = sorted(rows, key=lambda row: row.holdout != delivered)
    examples = []
    for row in rows[:EXAMPLES]:
        said = identity(row.key).normal
        same = (seen for _, sightings in found for seen in sightings if identity(seen.key).normal == said)
        examples.append((Sighting(row.key, row.row), *islice(same, EXAMPLES - 1)))
    known = f" ({out} of them are known)" if out else ""
    sentence = (
        f"{len(rows)} rows of the holdouts have a key which says that there is none; rows of drops that have it too "
        f"are kept out of the training, whatever they say{known}:"
    )
    stops = refused and rows[0].holdout == delivered
    return Finding("placeholder", stops, len(rows), sentence, mild if stops else f"{_OWN_KEY}.", tuple(examples))


def _sighted(name: Callable[[int, int], str], found: Placeholder) -> tuple[Sighting, ...]:
    return tuple(Sighting(key, name(file, number)) for key, file, number in found.seen)


def _keys(key: str, alike: bool) -> str:
    return (
        f"the key {key!r}, which says that there is none"
        if alike
        else f"keys like {key!r}, which say that there is none"
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _used(alike: bool, held: int | None) -> str:
    """Return which rows are used; rows are one row where their keys are the same text.

    :param held: how many are kept out; None: nobody counted them.
    """
    if held is None:
        return "of those that are written alike, and that no holdout has, only the last is used"
    if held:
        return (
            f"{held} of them are kept out of the training, because a holdout has that key, and of others that are "
            "written alike only the last is used"
        )
    return "only the last of them is used" if alike else "of those that are written alike only the last is used"
