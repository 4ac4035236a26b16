"""When a challenger replaces the champion. docs/adr/0010-gate.md says why the defaults are what they are.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Mode = Literal["disabled", "dry_run", "enabled"]
Rule = Literal["interval", "bound", "non_inferior", "point"]
Share = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class GateConfig:
    """How the gate judges. A relative gain is the share of the champion's loss that the challenger takes away.

    :param mode: ``enabled`` promotes; ``dry_run`` computes and tells, and promotes nothing; ``disabled`` computes
        nothing and promotes nothing: a gate that is off lets nobody through.
    :param rule: what the evidence must show besides a relative gain of ``min_relative_change``. ``interval``: the
        two-sided interval of the gain lies above zero. ``bound``: its one-sided lower bound does; sees a little more,
        errs twice as often. ``non_inferior``: the interval excludes a relative loss of ``max_relative_loss`` or more.
        ``point``: nothing more. The last two promote many models that are no better.
    :param confidence: of the interval or the bound.
    :param min_relative_change: the smallest relative gain worth a promotion.
    :param max_relative_loss: the relative loss that ``non_inferior`` must exclude.
    :param min_holdout_rows: with fewer rows the champion stays.
    :param resamples: how often the bootstrap draws the holdout's rows anew.
    :param seed: of those draws; the same seed gives the same verdict.
    :param metric: what to judge by, by Autopilot's name; the search's objective unless told.
    :param direction: which way that metric is better, stated with it; a wrong statement is refused, not followed.
    """

    mode: Mode = "enabled"
    rule: Rule = "interval"
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    min_relative_change: Share = 0.01
    max_relative_loss: Share = 0.02
    min_holdout_rows: Annotated[int, Field(ge=2)] = 150
    resamples: Annotated[int, Field(ge=1000)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0
    metric: Annotated[str, Field(min_length=1)] | None = None
    direction: Literal["Minimize", "Maximize"] | None = None

    def __post_init__(self) -> None:
        """Check that a metric comes with its direction."""
        if self.metric is not None and self.direction is None:
            raise ValueError(f"state the direction of {self.metric} too: Minimize or Maximize")
