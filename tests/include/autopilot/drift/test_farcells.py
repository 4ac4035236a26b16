from __future__ import annotations

import numpy as np

from include.autopilot.drift.farcells import MOST_CELLS, FarCells, FarColumn
from include.autopilot.drift.fence import Fence

FENCES = {"y": Fence("target", 0.0, 5.0, 200.0, 30.0), "a": Fence("feature", 0.0, 5.0, 500.0, 30.0)}


def found(*blocks: list[list[float]]) -> tuple[FarColumn, ...]:
    cells = FarCells(("a", "text", "y"), FENCES)
    first = 0
    for block in blocks:
        cells.add([f"row-{first + place}" for place in range(len(block))], np.array(block))
        first += len(block)
    return cells.finish()


def test_a_cell_beyond_its_fence_is_named_by_its_row() -> None:
    near = [1.0, np.nan, 2.0]
    (column,) = found([near] * 3, [near, [1.0, 9e9, 1e6]])
    assert (column.name, column.role, column.count) == ("y", "target", 1)
    assert [(cell.row, cell.value) for cell in column.cells] == [("row-4", 1e6)]


def test_what_came_with_it_is_named_too_and_alone_is_not() -> None:
    assert found([[0.0, 0.0, 100.0]]) == ()
    (column,) = found([[0.0, 0.0, 100.0], [0.0, 0.0, -900.0], [0.0, 0.0, 20.0]])
    assert [cell.value for cell in column.cells] == [-900.0, 100.0]


def test_the_target_comes_first() -> None:
    assert [column.name for column in found([[1e30, 0.0, 1e6]])] == ["y", "a"]


def test_missing_and_infinite_cells_are_no_numbers() -> None:
    assert found([[np.nan, 0.0, np.inf]]) == ()


def test_memory_does_not_grow_with_the_far_cells() -> None:
    (column,) = found(*[[[0.0, 0.0, 1000.0 + number]] for number in range(10 * MOST_CELLS)])
    assert (column.count, len(column.cells)) == (10 * MOST_CELLS, MOST_CELLS)
    assert column.cells[0].value == 1000.0 + 10 * MOST_CELLS - 1
