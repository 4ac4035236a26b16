"""Drift by column and drop, as the newest run compared them: what a heat map shows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import number_at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.drops.secondchallenger import second_key
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.s3.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# More than a person looks at; the run's own page of drift has all.
MOST_COLUMNS, MOST_DROPS = 60, 24
_LARGEST = 32 * 2**20
_ACTIONS = ("none", "warn", "block")
# From these distances on a cell is one shade darker.
_SHADES = (0.05, 0.1, 0.2, 0.4)


@dataclass(frozen=True)
class Cell:
    """One column of one drop.

    :param distance: how far its values are from the baseline's, from 0 to 1: Kolmogorov-Smirnov of numbers, total
        variation of categories; None where they were not compared.
    :param shade: 0 to 4, by the distance.
    :param action: none, warn or block.
    :param why: the reasons of the action, for people.
    """

    distance: float | None
    shade: int
    action: str
    why: str


@dataclass(frozen=True)
class DriftMap:
    """The columns that drifted most first, the drops in their order.

    :param rows: a column's name, and its cell in each of ``drops``; None where the drop has no such column.
    :param columns_left_out: how many columns there are besides, which drifted less; ``drops_left_out``: older drops.
    :param baseline: what the drops were compared with, in words.
    """

    drops: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell | None]]]
    columns_left_out: int
    drops_left_out: int
    baseline: str


def drift_map(s3: S3Client, locations: Locations, key: str) -> Legible[DriftMap]:
    """Read what a run compared; neither content nor problem where it did not look at drift.

    :param key: of the run.
    """
    # A run's second challenger has the same drops.
    uri = locations.run(key.removesuffix(second_key(""))).drift

    def find() -> Legible[DriftMap]:
        try:
            response = open_object(s3, uri)
        except MissingObjectError:
            return Legible(None)
        with response["Body"] as body:
            if response["ContentLength"] > _LARGEST:
                size = response["ContentLength"] / 2**20
                return Legible(None, f"The drift of run {key} is too large for this page, {size:.0f} MB: it is {uri}")
            return Legible(map_of(json.loads(body.read())))

    found = legible(f"The drift of run {key}", find)
    return found.content or Legible(None, found.problem)


def map_of(content: Mapping[str, Any]) -> DriftMap:
    """Return the heat map of a run's comparison.

    :param content: what :func:`include.autopilot.drift.check.check_drift` wrote.
    """
    drops = content["drops"][-MOST_DROPS:]
    found = [{str(column["name"]): _cell(column) for column in drop["columns"]} for drop in drops]
    names = list(dict.fromkeys(name for cells in found for name in cells))
    names.sort(key=lambda name: max(_gravity(cells[name]) for cells in found if name in cells), reverse=True)
    shown = names[:MOST_COLUMNS]
    return DriftMap(
        drops=[str(drop["drop"]) for drop in drops],
        rows=[(name, [cells.get(name) for cells in found]) for name in shown],
        columns_left_out=len(names) - len(shown),
        drops_left_out=len(content["drops"]) - len(drops),
        baseline=text_at(content, "baseline", "why") or "the baseline",
    )


def _cell(column: Mapping[str, Any]) -> Cell:
    distance = number_at(column, "distance")
    if distance is not None and not math.isfinite(distance):
        distance = None
    action = column["action"] if column["action"] in _ACTIONS else "none"
    why = "; ".join(str(reason) for reason in column["reasons"])
    return Cell(distance, sum((distance or 0.0) >= step for step in _SHADES), action, why)


def _gravity(cell: Cell) -> tuple[int, float]:
    return _ACTIONS.index(cell.action), cell.distance or 0.0
