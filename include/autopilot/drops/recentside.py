"""The recent rows of a run: kept out of its training, counted per drop, and written as a holdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.holdouts import Holdout, read_recent
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.plan import PlannedDecline, PlannedDrop
from include.autopilot.drops.planning import Featurizing, RunDrops
from include.autopilot.drops.recentfile import write_rows
from include.autopilot.drops.recentrows import judging, set_aside
from include.autopilot.drops.runrows import rows_of_drops
from include.autopilot.drops.supersede import Aside
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class RecentSide:
    """What came of it.

    :param drops: the run's, counted.
    :param holdout: the rows that judge; None where there are none.
    :param aside: the rows that are taken out of the run's table.
    """

    drops: tuple[PlannedDrop, ...]
    holdout: Holdout | None = None
    aside: Sequence[Aside] = ()


def recent_side(
    s3: S3Client,
    config: ModelConfig,
    run_drops: RunDrops,
    visible: Sequence[Drop],
    featurizing: Featurizing,
    drops: tuple[PlannedDrop, ...],
    table: KeyTable,
    contract: Contract,
    uri: str,
    decline: PlannedDecline | None = None,
) -> RecentSide:
    """Keep the rows that judge, by ``gate.judge_on``, out of the table of a run, and write them.

    :param visible: all drops up to the cutoff, whatever the run trains on, oldest first.
    :param drops: the run's; ``table``: their rows, see :func:`include.autopilot.drops.runrows.rows_of_drops`.
    :param uri: where the rows are written.
    :param decline: since which rows judge; older ones that would judge without it judge nothing, and do not train.
    """
    if config.gate.judge_on == "sealed":
        return RecentSide(drops)
    whole = run_drops.plan(visible, featurizing)
    with rows_of_drops(run_drops.bundle, whole) as everything:
        judges = judging(everything, len(whole), config.recent, config.identity.same_row)
        newest = {
            place: rows
            for place, rows in judges.newest(everything).items()
            if decline is None or decline.covers(whole[place].name)
        }
    place = {drop.name: number for number, drop in enumerate(whole)}
    counted = tuple(
        replace(drop, recent=judges.recent[place[drop.name]], judging=len(newest.get(place[drop.name], ())))
        for drop in drops
    )
    aside = set_aside(table, judges)
    if not newest:
        return RecentSide(counted, None, aside)
    write_rows(s3, uri, [run_drops.see(drop).content for drop in visible], newest)
    holdout = read_recent(s3, uri, contract, config.ignore, f"{config.name}_search")
    return RecentSide(counted, holdout, aside)
