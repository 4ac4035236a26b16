"""A model's name and the names of columns, as a person types them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import TypeAdapter, ValidationError

from include.autopilot.base.errors import DraftError
from include.autopilot.base.near import asked as meant
from include.autopilot.settings.values import ModelName

_NAME: TypeAdapter[str] = TypeAdapter(ModelName)
_SHOWN = 12


def check_name(name: str) -> str:
    """Return a model's name.

    :raises DraftError: it can be none.
    """
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        raise DraftError(
            f"NAME={name} can be no model's name. Write at most 24 lower-case letters, digits and underscores, a "
            "letter first, as in NAME=customer_churn."
        ) from error


def find_column(header: Sequence[str], name: str, asked: str, file: str) -> str:
    """Return the column that a person named.

    :param asked: what asked for it, for the message: TARGET.
    :raises DraftError: there is none of that name; near ones are named.
    """
    if name in header:
        return name
    there = meant(name, header) or f" There are {listed(header)}."
    raise DraftError(f"{asked}={name} is no column of {file}.{there}")


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence, not too many of them."""
    found = list(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
