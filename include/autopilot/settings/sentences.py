"""What pydantic finds in a model's YAML, as sentences: which key, what is wrong, what to do."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args, get_type_hints

from include.autopilot.base.near import asked

# What pydantic's sentence does not say.
_FIXES = {
    "string_type": " Put it in quotes.",
    "bool_type": " Write true or false.",
    "int_type": " Write digits without quotes.",
    "float_type": " Write digits without quotes.",
    "list_type": " Write a list like [a, b].",
    "tuple_type": " Write a list like [a, b].",
    "dict_type": " Write its keys below it.",
    "mapping_type": " Write its keys below it.",
    "dataclass_type": " Write its keys below it, or leave it out.",
}
# Of a wrong value, in a message.
_MOST_SHOWN = 200
_MISSPELT = ("unexpected_keyword_argument", "extra_forbidden")


def sentence(detail: Any, kind_of_file: Any) -> str:
    """Return one of pydantic's findings (``ValidationError.errors()``) as a sentence.

    :param kind_of_file: the dataclass that the file is read into, whose keys are near a misspelt one.
    """
    key = ".".join(str(part) for part in detail["loc"])
    kind = detail["type"]
    if kind == "value_error":
        said = str(detail["ctx"]["error"])
        if isinstance(detail["input"], dict):
            # Keys that do not fit together: the sentence names them.
            return f"{key + ': ' if key else ''}{said}{_stop(said)}"
        return f"key {key!r} is {_shown(detail['input'])}. {said[0].upper()}{said[1:]}{_stop(said)}"
    if kind == "missing":
        return f"key {key!r} is missing. Add it; docs/models.md explains every key."
    if kind in _MISSPELT:
        near = asked(detail["loc"][-1], _keys(kind_of_file, detail["loc"][:-1]))
        return f"key {key!r} is not known. Remove it or correct its spelling; docs/models.md explains every key.{near}"
    return f"key {key!r} is {_shown(detail['input'])}. {detail['msg']}.{_FIXES.get(kind, '')}"


def _keys(kind: Any, sections: tuple[str | int, ...]) -> list[str]:
    """Return the keys of the file, or of a section of it; a number is the place of an entry in a list of them."""
    for section in sections:
        if isinstance(section, int):
            continue
        hint = get_type_hints(kind)[section]
        kind = next(inner for inner in (hint, *get_args(hint)) if dataclasses.is_dataclass(inner))
    return [field.name for field in dataclasses.fields(kind)]


def _stop(said: str) -> str:
    return "" if said.endswith(("?", ".")) else "."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} …"
