"""Which drops a model learns from: all of them, the newest ones, or after a decline also those since.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, WrapValidator
from pydantic.dataclasses import dataclass

Word = Literal["all", "auto"]
# Ten years of days, and more drops than anybody has.
_MOST = 3653


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Newest:
    """A fixed window: the newest drops up to the cutoff.

    :param drops: how many drops; or
    :param days: the drops of so many days.
    """

    drops: Annotated[int, Field(ge=1, le=_MOST)] | None = None
    days: Annotated[int, Field(ge=1, le=_MOST)] | None = None

    def __post_init__(self) -> None:
        """Check that one of them is said."""
        if (self.drops is None) == (self.days is None):
            raise ValueError("write drops or days, one of them")

    @property
    def words(self) -> str:
        """The window for people."""
        return f"last {self.days} days" if self.drops is None else f"last {self.drops}"


def _read(value: Any, _: Any) -> Any:
    """Read a word or a table: what pydantic says of a union names every kind that it is not."""
    if isinstance(value, Newest) or value in get_args(Word):
        return value
    if not isinstance(value, dict):
        raise ValueError("write all, auto, {drops: 6} or {days: 365}")
    # By way of JSON, as the whole file: strict mode takes an object for a dataclass only there.
    return _NEWEST.validate_json(json.dumps(value, default=str))


_NEWEST = TypeAdapter(Newest)
Window = Annotated[Word | Newest, WrapValidator(_read)]
