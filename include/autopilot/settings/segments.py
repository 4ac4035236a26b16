"""Which columns cut the judging rows into segments; docs/adr/0027-segments.md says what a segment may veto.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.settings.values import Text


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class SegmentConfig:
    """One column that cuts the judging rows into segments.

    :param column: any column of the holdouts: a feature, one under ``ignore``, or the target.
    :param bands: into so many bands of about as many rows each, by the column's numbers; None: by its values.
    """

    column: Text
    bands: Annotated[int, Field(ge=2, le=20)] | None = None


def _once(value: tuple[SegmentConfig, ...]) -> tuple[SegmentConfig, ...]:
    """Refuse a column that is there twice: its segments would be the same rows once more."""
    names = [one.column for one in value]
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise ValueError(f"name each column once; {twice[0]!r} is there twice")
    return value


SegmentsConfig = Annotated[tuple[SegmentConfig, ...], AfterValidator(_once)]
