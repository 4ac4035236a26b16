"""The targets of the sealed rows: one that is a thousand times too large decides every verdict by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from include.autopilot.base.numbers import read_numbers
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.farcells import FarCells
from include.autopilot.drift.fence import fences_of
from include.autopilot.drift.look import enough
from include.autopilot.drift.lookmessages import Place, far_messages
from include.autopilot.drift.profile import Profile
from include.autopilot.drops.content import DropFile
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.settings.drift import Action, DriftConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TOGETHER = 5000


def held_messages(
    s3: S3Client, plan: Plan, baseline: Profile, schema: Schema, rules: DriftConfig
) -> Iterator[tuple[Action, str]]:
    """Yield a sentence per holdout with targets far outside what the baseline leads to expect.

    They are told and stop nothing: once a run has used a holdout, nobody may correct it any more.
    """
    fence = {name: one for name, one in fences_of(baseline, schema).items() if name == schema.target}
    if not (fence and enough(baseline)):
        return
    for holdout in plan.holdouts:
        if holdout.sealed:
            far = FarCells((schema.target,), fence)
            with closing(DropFile(s3, holdout.uri, holdout.digest)) as file:
                _add(far, CsvFile(holdout.uri, file), plan.key, schema.target)
                file.check()
            columns = far.finish()
            places = {cell.row: _place(holdout, cell.row) for column in columns for cell in column.cells}
            for _, text in far_messages(columns, places, rules):
                yield "warn", text


def _add(far: FarCells, rows: CsvFile, key: str, target: str) -> None:
    names, measured = rows.header.index(key), rows.header.index(target)
    for block in rows.blocks(Findings(rows.name), _TOGETHER):
        numbers = read_numbers(np.array([[record.cells[measured]] for record in block], dtype=object))
        far.add([f"{record.line} {record.cells[names].strip()}" for record in block], numbers)


def _place(holdout: PlannedHoldout, row: str) -> Place:
    line, _, key = row.partition(" ")
    return Place(f"holdout/{holdout.name}.csv", int(line), key)
