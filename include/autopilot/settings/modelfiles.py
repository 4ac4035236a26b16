"""Where the models' YAML files lie: in include/models/, and in dags/models/ beside the DAG files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

# Also what a browser or Windows makes of a model's file, so that somebody is told; editors' backups are none.
_LIKE_A_MODEL = re.compile(r"[^.#].*\.ya?ml(\.txt)?", re.IGNORECASE | re.DOTALL)


def model_files(folder: Traversable | None = None) -> dict[str, list[Traversable]]:
    """Return what looks like a model's file, by its name: once, or once for each folder that has it.

    :param folder: the one to look in; unless told, both.
    """
    found: dict[str, list[Traversable]] = {}
    for place in _folders() if folder is None else [folder]:
        for entry in place.iterdir():
            if _LIKE_A_MODEL.fullmatch(entry.name):
                found.setdefault(entry.name, []).append(entry)
    return found


def _folders() -> Iterator[Traversable]:
    include = files("include")
    bundled = include.joinpath("models")
    # A bundle may have all its models beside the DAG files.
    if bundled.is_dir():
        yield bundled
    if isinstance(include, Path):
        # It is beside dags/, or below plugins/, which is: so Airflow's folders are on Amazon MWAA and in a container.
        room = include.parent.parent if include.parent.name == "plugins" else include.parent
        beside = room / "dags" / "models"
        if beside.is_dir():
            yield beside
