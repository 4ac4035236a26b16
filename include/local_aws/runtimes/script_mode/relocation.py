"""`/opt/ml` on a machine that has none: the job's own folders stand for it wherever a text says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ROOT = "/opt/ml"


def moved(text: str, places: Mapping[str, Path]) -> str:
    """Return a text in which every folder of a container, e.g. `/opt/ml/model`, is the one of this machine."""
    for place, folder in sorted(places.items(), key=lambda item: -len(item[0])):
        text = text.replace(place, str(folder))
    return text


def move_sources(folder: Path, places: Mapping[str, Path]) -> None:
    """Do the same in all Python files of a folder. What is put together from parts is not seen."""
    for file in folder.rglob("*.py"):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # Python will say what is wrong with it
            continue
        changed = moved(text, places)
        if changed != text:
            file.write_text(changed, encoding="utf-8")
