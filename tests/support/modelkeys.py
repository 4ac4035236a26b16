"""The keys that a model's YAML may have, as the dataclasses say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import yaml

from include.autopilot.settings.config import ModelConfig, parse_model


def sections(kind: Any = ModelConfig, name: str = "") -> Iterator[tuple[str, Any]]:
    """Section (``search``; empty: the top) -> the dataclass that it is read into."""
    yield name, kind
    for key, hint in get_type_hints(kind).items():
        for inner in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(inner):
                yield from sections(inner, key)


def keys() -> set[str]:
    """Every key, those of a section as ``search.metric``."""
    return {
        f"{name}.{field.name}" if name else field.name
        for name, kind in sections()
        for field in dataclasses.fields(kind)
    }


def changed(text: str, changes: dict[str, Any]) -> ModelConfig:
    """Return a model whose YAML has other values; a key of a section is written as ``search.metric``.

    Of a section that is a list of such the first one is meant.
    """
    values = yaml.safe_load(text)
    for key, value in changes.items():
        section, _, name = key.rpartition(".")
        place = values.setdefault(section, {}) if section else values
        (place[0] if isinstance(place, list) else place)[name] = value
    return parse_model(yaml.safe_dump(values), "toy.yaml")
