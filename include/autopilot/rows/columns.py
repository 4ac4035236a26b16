"""Columns of a million cells: numbers, rows of numbers and texts without a Python object per cell.

They are sequences, equal to any sequence that has the same members, and numpy takes the numbers without a copy.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Cell = TypeVar("Cell", covariant=True)


class Column(Sequence[Cell]):
    """What all of them share: they are read by place, from first to last, and compared."""

    def __getitem__(self, place: Any) -> Any:
        """Return one cell, or those of a slice as a tuple."""
        if isinstance(place, slice):
            return tuple(self._at(one) for one in range(*place.indices(len(self))))
        found = place + len(self) if place < 0 else place
        if not 0 <= found < len(self):
            raise IndexError(place)
        return self._at(int(found))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list: cells are added

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self[:3])}{'...' if len(self) > 3 else ''}, {len(self)} cells)"

    def _at(self, place: int) -> Any:
        raise NotImplementedError


class Floats(Column[float]):
    """Numbers, 8 bytes each; NaN where there is none."""

    def __init__(self, numbers: Iterable[float] = ()) -> None:
        self._numbers = array("d", numbers)

    def append(self, number: float) -> None:
        """Add a number."""
        self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[float]:
        return iter(self._numbers)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return _as_array(self._numbers, dtype, copy)

    def _at(self, place: int) -> float:
        return self._numbers[place]


class FloatRows(Column[tuple[float, ...]]):
    """Rows of so many numbers each.

    :param width: numbers per row.
    """

    def __init__(self, width: int, rows: Iterable[Sequence[float]] = ()) -> None:
        self.width = width
        self._numbers = array("d")
        for row in rows:
            self.append(row)

    def append(self, row: Sequence[float]) -> None:
        """Add a row.

        :raises ValueError: it has another width.
        """
        if len(row) != self.width:
            raise ValueError(f"{len(row)} numbers in a row of {self.width}")
        self._numbers.extend(row)

    def __len__(self) -> int:
        return len(self._numbers) // self.width

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return _as_array(self._numbers, dtype, copy).reshape(-1, self.width)

    def _at(self, place: int) -> tuple[float, ...]:
        return tuple(self._numbers[place * self.width : (place + 1) * self.width])


class Texts(Column[str]):
    """Texts, their UTF-8 bytes one after the other."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("q", [0])
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add a text."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return (self._between(*ends) for ends in pairwise(self._ends))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Texts):
            return self._ends == other._ends and self._bytes == other._bytes
        return super().__eq__(other)

    __hash__ = None

    def _at(self, place: int) -> str:
        return self._between(self._ends[place], self._ends[place + 1])

    def _between(self, start: int, end: int) -> str:
        return self._bytes[start:end].decode("utf-8", "surrogatepass")


def _as_array(numbers: array[float], dtype: Any, copy: bool | None) -> NDArray[Any]:
    seen = np.frombuffer(numbers, dtype=np.float64) if numbers else np.empty(0)
    # A view keeps the column from growing; whoever computes has read it whole.
    return np.array(seen, dtype=dtype) if copy else np.asarray(seen, dtype=dtype)
