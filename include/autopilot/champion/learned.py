"""What a champion has learned of the rows that are to judge it: a holdout may be replaced, renamed or added later.

Its run's plan names the prepared drops that it learned from, training and validation; beside them lie their keys and
fingerprints. What its search saw lies beside the search's input.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import PreparedFolder
from include.autopilot.drops.findings import EXAMPLES, Sighting
from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.drops.holdouts import holdout_rows
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.leftout import lines_out
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.drops.searchkeys import search_keys
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.bundle import Bundle
from include.autopilot.settings.identity import IdentityConfig
from include.autopilot.settings.recent import RECENT
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_COLUMNS = "how TEXT, key TEXT, row TEXT, held_key TEXT, held_row TEXT"
_COUNT = "SELECT COUNT(DISTINCT held_row) FROM rows WHERE how IN ({how})"
_FIRST = f"SELECT key, row, held_key, held_row FROM rows WHERE how IN ({{how}}) GROUP BY held_row LIMIT {EXAMPLES}"  # noqa: S608
_BY_KEY = "'key', 'spelling'"


def learned_of(
    s3: S3Client,
    plan: Plan,
    judge: PlannedHoldout,
    asked: Plan,
    template: Template,
    holdout: str,
    config: IdentityConfig,
) -> str | None:
    """Return a sentence if a version has learned rows of a holdout that judges; None if it has not.

    Equal rows under other keys count where they are refused and as many as are refused.

    :param asked: the plan of the version's run; ``template``: that of it.
    :param holdout: the address of the holdout in the column order of that plan, key and target first.
    """
    target = asked.columns.index(asked.problem.target)
    rows = holdout_rows(s3, judge.name, holdout, target)
    held = HeldOut(HeldRow(key, content, judge.name, row) for key, row, content in rows)
    with held, KeyTable(_COLUMNS) as found:
        try:
            if not judge.sealed or _folder(asked) != _folder(plan):
                # Prepared by the same rules means: against the same sealed holdouts.
                found.add(_matches(held, _trained(s3, asked)))
        except MissingObjectError as error:
            if judge.digest not in {one.digest for one in asked.holdouts}:
                return f"whether it has learned rows of holdout {judge.name} is not known any more ({error})."
        if asked.path != "search_again":
            found.add(_matches(held, search_keys(s3, asked.locations, template.searched_until)))
        count = _count(found, _BY_KEY)
        equal = _count(found, "'content'")
        if config.same_row == "refuse" and equal > config.same_row_share * held.rows(judge.name):
            return _sentence(found, _count(found, f"{_BY_KEY}, 'content'"), judge.rows, judge.name)
        return _sentence(found, count, judge.rows, judge.name) if count else None


def _sentence(found: KeyTable, count: int, rows: int, holdout: str) -> str:
    examples = found.select(_FIRST.format(how=f"{_BY_KEY}, 'content'"))
    fix = " Put the old holdout back, or name one first whose rows neither it nor its search has seen."
    fix = "" if holdout == RECENT else fix
    shown = "; ".join(f"{Sighting(held, place)} is {Sighting(key, row)}" for key, row, held, place in examples)
    return f"it has learned {count} of the {rows} rows of holdout {holdout} ({shown}), so it would be flattered.{fix}"


def _count(found: KeyTable, how: str) -> int:
    ((count,),) = found.select(_COUNT.format(how=how))
    return int(count)


def _matches(held: HeldOut, rows: Iterator[tuple[str, str, str]]) -> Iterator[tuple[Any, ...]]:
    for key, content, row in rows:
        match = held.match(identity(key), content)
        if match is not None:
            yield match.how, key, row, match.held.key, match.held.row


def _folder(plan: Plan) -> str:
    return PreparedFolder.of(plan.drops[0].prepared.folder).preparation


def seen_rows(s3: S3Client, asked: Plan, template: Template) -> Iterator[tuple[str, str, str]]:
    """Yield key, fingerprint and name of every row that a version, its featurizer or its search has seen.

    :param asked: the plan of the version's run; ``template``: that of it.
    :raises MissingObjectError: what says so is gone.
    """
    yield from _trained(s3, asked)
    if asked.path != "search_again":
        yield from search_keys(s3, asked.locations, template.searched_until)


def _trained(s3: S3Client, asked: Plan) -> Iterator[tuple[str, str, str]]:
    """Yield key, fingerprint and name of every row that a run trained or validated on."""
    bundle = Bundle(s3, asked.locations, _folder(asked))
    for drop in asked.drops:
        if drop.repeats is None:
            folder, removed = drop.prepared.folder, drop.superseded.chunks
            out = {chunk: set(lines_out(bundle, folder, one.digest)) for chunk, one in removed.items()}
            for row in KEY_INDEX.read(bundle, folder):
                if row.place not in out.get(row.chunk, ()):
                    yield row.key, row.fingerprint, drop.row(row.file, row.number)
    bundle.keep()
