"""Which rows of the drops judge while they are new; docs/adr/0025-recent.md says why.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

RECENT = "recent"
"""What the recent rows of a run are called among its holdouts."""
SINCE_DECLINE = 30
"""How many rows since the change are enough after a decline: what is looked for then is large."""
# What is known of them is held in memory.
_MOST = 1_000_000


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class RecentConfig:
    """The recent rows: they judge while new, and train afterwards. Used unless ``gate.judge_on`` is ``sealed``.

    :param share: of the keys of each drop; a hash of the key chooses them, so that a key is always or never one.
    :param rows: how many judge at most, the newest ones.
    """

    share: Annotated[float, Field(gt=0, lt=1)] = 0.3
    rows: Annotated[int, Field(ge=2, le=_MOST)] = 200
