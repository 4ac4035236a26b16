"""Single cells of a drop far outside what the baseline leads to expect, found while its rows go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from include.autopilot.drift.columns import Role
from include.autopilot.drift.fence import Fence
from include.autopilot.drift.moments import Floats

# Cells kept of one column; a column with more of them has another trouble than single cells.
MOST_CELLS = 50


@dataclass(frozen=True)
class FarCell:
    """One cell: the name its row was added by, and its number."""

    row: str
    value: float


@dataclass(frozen=True)
class FarColumn:
    """A column with cells beyond its fence.

    :param far: the distance from the middle that the furthest of its cells is beyond.
    :param cells: the furthest first, at most :data:`MOST_CELLS`; ``count``: how many there are.
    """

    name: str
    role: Role
    middle: float
    near: float
    far: float
    count: int
    cells: tuple[FarCell, ...]


@dataclass
class _Found:
    """What is known of one column so far."""

    count: int = 0
    told: bool = False
    cells: list[tuple[float, FarCell]] = field(default_factory=list)


class FarCells:
    """The cells of a drop that lie beyond the fences, in constant memory.

    :param columns: names of the columns of what is added.
    :param fences: by column; columns without one are passed over.
    """

    def __init__(self, columns: Sequence[str], fences: Mapping[str, Fence]) -> None:
        self._places = [place for place, name in enumerate(columns) if name in fences]
        self._names = [columns[place] for place in self._places]
        self._fences = [fences[name] for name in self._names]
        self._middles = np.array([fence.middle for fence in self._fences])
        self._company = np.array([fence.company for fence in self._fences])
        self._found: dict[int, _Found] = {}

    def add(self, rows: Sequence[str], numbers: Floats) -> None:
        """Add rows.

        :param rows: the name of each.
        :param numbers: rows by columns; what is not finite is no number.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            distances = np.abs(numbers[:, self._places] - self._middles)
            beyond = distances > self._company
        for row, column in np.argwhere(beyond & np.isfinite(numbers[:, self._places])).tolist():
            value, distance = float(numbers[row, self._places[column]]), float(distances[row, column])
            found = self._found.setdefault(column, _Found())
            found.count += 1
            found.told |= distance > self._fences[column].far
            found.cells.append((distance, FarCell(rows[row], value)))
            if len(found.cells) > 2 * MOST_CELLS:
                found.cells = _furthest(found.cells)

    def finish(self) -> tuple[FarColumn, ...]:
        """Return the columns with cells to tell of, the target first."""
        columns = []
        for place, found in self._found.items():
            if found.told:
                fence = self._fences[place]
                cells = tuple(cell for _, cell in _furthest(found.cells))
                measures = fence.middle, fence.near, fence.far
                columns.append(FarColumn(self._names[place], fence.role, *measures, found.count, cells))
        return tuple(sorted(columns, key=lambda column: (column.role != "target", column.name)))


def _furthest(cells: list[tuple[float, FarCell]]) -> list[tuple[float, FarCell]]:
    return sorted(cells, key=lambda one: (-one[0], one[1].row))[:MOST_CELLS]
