"""Items as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.retention.needed import Item

_UNITS = ("B", "kB", "MB", "GB", "TB")


def as_text(title: str, items: Sequence[Item]) -> str:
    """Return a line per thing, with its bytes and why it stays or can go, and the sum of what can go."""
    rows = [["what", "bytes", "models", "", "why"]]
    rows += [_row(item) for item in items]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", summary(title, items)])


def summary(title: str, items: Sequence[Item]) -> str:
    """Return the sum of what can go."""
    gone = [item for item in items if item.removable]
    if not gone:
        return f"{title}: nothing can be removed."
    kinds = [_count(gone, kind, word) for kind, word in (("version", "version"), ("run", "run"), ("model", "model"))]
    kinds.append(_count(gone, "features", "template's features"))
    told = ", ".join(one for one in kinds if one)
    return f"{title}: {told} can be removed, {size(sum(item.size for item in gone))} in S3."


def size(count: int) -> str:
    """Return bytes for people."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


def as_json(item: Item) -> dict[str, object]:
    """Return an item as an object."""
    return {
        "kind": item.kind,
        "name": item.name,
        "bytes": item.size,
        "objects": len(item.objects),
        "models": list(item.models),
        "removable": item.removable,
        "why": item.why,
    }


def _row(item: Item) -> list[str]:
    fate = "can go" if item.removable else "stays"
    return [item.name, size(item.size), str(len(item.models)), fate, item.why]


def _count(items: Sequence[Item], kind: str, word: str) -> str:
    count = sum(item.kind == kind for item in items)
    return f"{count} {word}{'' if count == 1 or word.endswith('s') else 's'}" if count else ""
