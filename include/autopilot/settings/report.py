"""What the report of a run shows besides the numbers."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from include.autopilot.settings.values import Text


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class ReportConfig:
    """What is known of a model's rows that makes its pages easier to read.

    :param structures: the column that holds a structure in SMILES, usually one under ``ignore``; None: there is none.
    """

    structures: Text | None = None
