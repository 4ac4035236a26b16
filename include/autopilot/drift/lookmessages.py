"""What is said of far cells and of features that repeat the target: sentences that name file, line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from include.autopilot.drift.echo import Echo
from include.autopilot.drift.farcells import FarCell, FarColumn
from include.autopilot.settings.drift import Action, DriftConfig

_SHOWN = 5


@dataclass(frozen=True)
class Place:
    """Where a row was delivered: the drop and its file, the line there from 1, and the row's key."""

    file: str
    line: int
    key: str


def far_messages(
    columns: Sequence[FarColumn], places: Mapping[str, Place], rules: DriftConfig
) -> Iterator[tuple[Action, str]]:
    """Yield an action and a sentence per column with far cells; nothing where the action is ``off``.

    :param places: of the rows of its cells, by their names.
    """
    for column in columns:
        action = rules.on_far_target if column.role == "target" else rules.on_far_feature
        if action != "off":
            yield action, _far(column, places)


def echo_messages(found: Mapping[str, Sequence[Echo]], rules: DriftConfig) -> Iterator[tuple[Action, str]]:
    """Yield an action and a sentence per feature that repeats the target.

    :param found: echoes by the name of the table they are in.
    """
    if rules.on_echo == "off":
        return
    tables: dict[tuple[str, str], list[str]] = {}
    for table, echoes in found.items():
        for echo in echoes:
            tables.setdefault((echo.name, echo.how), []).append(table)
    for (name, how), named in tables.items():
        text = (
            f"The feature {name!r} {how} in {_listed(named, len(named))}. A model that learns it tells nothing new. If "
            "it is not known when a prediction is wanted, put it under ignore and search for a new template."
        )
        yield rules.on_echo, text


def _far(column: FarColumn, places: Mapping[str, Place]) -> str:
    cells = _listed([_cell(cell, places[cell.row]) for cell in column.cells], column.count)
    values, rows = ("1 value", "this row") if column.count == 1 else (f"{column.count} values", "these rows")
    return (
        f"The {column.role} {column.name!r} has {values} far outside what is usual: {cells}. Nine in ten values lie "
        f"within {column.near:.4g} of {column.middle:.4g}. See to the unit and the decimal point of {rows}."
    )


def _listed(texts: Sequence[str], count: int) -> str:
    shown = texts[:_SHOWN]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")


def _cell(cell: FarCell, place: Place) -> str:
    return f"{cell.value:.10g} in {place.file} line {place.line} (key {place.key!r})"
