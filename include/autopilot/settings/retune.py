"""How a challenger is made, and how much a retune may try; docs/retune.md explains both.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Recipe = Literal["replay", "retune", "search"]
"""Replay the winner; replay it and tune around it as well, and take the better one; or search again."""
# SageMaker's own limits of a tuning job; the first one holds for those that it begins with, too.
MOST_JOBS, _MOST_PARALLEL = 750, 100


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class RetuneConfig:
    """The tuning job of a retune.

    :param jobs: how many trainings it may start; ``parallel``: how many of them at a time.
    """

    jobs: Annotated[int, Field(ge=2, le=MOST_JOBS)] = 20
    parallel: Annotated[int, Field(ge=1, le=_MOST_PARALLEL)] = 2

    def __post_init__(self) -> None:
        """Check that the two fit together."""
        if self.parallel > self.jobs:
            raise ValueError(f"parallel is {self.parallel}, more than the {self.jobs} jobs. Write {self.jobs} or less")
