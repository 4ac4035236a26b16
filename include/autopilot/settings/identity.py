"""What is done about rows that seem to be one row; docs/adr/0016-identity.md says why the defaults are what they are.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Rule = Literal["refuse", "warn"]
Share = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class IdentityConfig:
    """What stops a run before anything is paid for (``refuse``), and what is only told (``warn``).

    :param same_key: keys that are different texts and spell the same key, among the rows of a run and its holdouts.
        Rows whose key spells that of a holdout's row are never trained on, whatever the rule.
    :param same_row: rows of drops that are equal to a holdout's row and have another key. With ``refuse`` they are kept
        out of the training, and stop the run where they repeat more than ``same_row_share`` of a holdout's rows. With
        ``warn`` they are rows like any other.
    :param same_row_share: the share of a holdout's rows.
    :param placeholder_keys: several rows with a key that says that there is none: NULL, nan, N/A, -, 0.
    :param repeated_keys: keys that come again within one drop, so that only their last row is used: refused where more
        than ``repeated_share`` of the drop's rows are lost. Rows that are repeated as they are lose nothing.
    :param repeated_share: the share of a drop's rows.
    """

    same_key: Rule = "refuse"
    same_row: Rule = "refuse"
    same_row_share: Share = 0.1
    placeholder_keys: Rule = "refuse"
    repeated_keys: Rule = "refuse"
    repeated_share: Share = 0.1
