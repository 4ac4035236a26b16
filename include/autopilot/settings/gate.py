"""When a challenger replaces the champion. docs/adr/0010-gate.md says why the defaults are what they are.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.base.metrics import METRICS, find_metric
from include.autopilot.base.near import asked
from include.autopilot.settings.recent import SINCE_DECLINE
from include.autopilot.settings.values import Text

Mode = Literal["disabled", "dry_run", "enabled"]
Rule = Literal["interval", "bound", "non_inferior", "point"]
Errors = Literal["timeline", "comparison"]
JudgeOn = Literal["sealed", "recent", "both"]
# A hundred times the default; what they take of memory and time grows with them.
_MOST_RESAMPLES = 1_000_000
Share = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class GateConfig:
    """How the gate judges. A relative gain is the share of the champion's loss that the challenger takes away.

    :param mode: ``enabled`` promotes; ``dry_run`` computes and tells, and promotes nothing; ``disabled`` computes
        nothing and promotes nothing: a gate that is off lets nobody through.
    :param judge_on: whose answers count. ``sealed``: those for the first holdout. ``recent``: those for the newest rows
        of the drops, which judge before anything learns from them (``recent`` in the YAML); where these are fewer than
        ``min_holdout_rows``, or the champion has learned some, the holdout judges. ``both``: better on the recent rows,
        and on the sealed ones no relative loss of more than ``max_relative_loss``.
    :param rule: what the evidence must show besides a relative gain of ``min_relative_change``. ``interval``: the
        two-sided interval of the gain lies above zero. ``bound``: its one-sided lower bound does; sees a little more,
        errs twice as often; over a timeline the same as ``interval``. ``non_inferior``: the interval excludes a
        relative loss of ``max_relative_loss`` or more. ``point``: nothing more. The last two promote many models that
        are no better.
    :param errors: what may err as often as ``confidence`` leaves. ``timeline``: all comparisons at the same judging
        rows together, each of which spends a share. ``comparison``: every one of them anew; then one of twelve promotes
        a model that is no better in a sixth of the cases. docs/adr/0023-timeline.md.
    :param confidence: 1 less the error of a timeline, or that of the interval or the bound of one comparison.
    :param min_relative_change: the smallest relative gain worth a promotion.
    :param max_relative_loss: the relative loss that ``non_inferior`` must exclude, and that ``both`` bears.
    :param min_holdout_rows: with fewer rows the champion stays.
    :param resamples: how often the bootstrap draws the holdout's rows anew.
    :param seed: of those draws; the same seed gives the same verdict.
    :param metric: what to judge by, by Autopilot's name; the search's objective unless told.
    :param direction: which way that metric is better, stated with it; a wrong statement is refused, not followed.
    """

    mode: Mode = "enabled"
    judge_on: JudgeOn = "sealed"
    rule: Rule = "interval"
    errors: Errors = "timeline"
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    min_relative_change: Share = 0.01
    max_relative_loss: Share = 0.02
    min_holdout_rows: Annotated[int, Field(ge=2)] = 150
    resamples: Annotated[int, Field(ge=1000, le=_MOST_RESAMPLES)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0
    metric: Text | None = None
    direction: Literal["Minimize", "Maximize"] | None = None

    def __post_init__(self) -> None:
        """Check that the gate knows the metric, and that it comes with its direction."""
        if self.metric is None:
            return
        metric = find_metric(self.metric)
        if metric is None or not metric.judges:
            names = [known.name for known in METRICS if known.judges]
            raise ValueError(
                f"metric is {self.metric!r}, and the gate cannot judge by it. Write one of: {', '.join(names)}."
                f"{asked(self.metric, names)}"
            )
        if self.direction is None:
            raise ValueError(f"state the direction of {self.metric} too: {metric.direction}")
        if self.direction != metric.direction:
            raise ValueError(
                f"direction is {self.direction}, and {metric.name} is to {metric.direction.lower()}: the gate would "
                "promote the worse model. Correct it"
            )

    @property
    def since_decline(self) -> GateConfig:
        """The gate of a champion that is judged since a decline: fewer rows are enough."""
        return replace(self, min_holdout_rows=min(self.min_holdout_rows, SINCE_DECLINE))

    def recent_judge(self, rows: int, declined: bool) -> bool:
        """Whether so many recent rows judge, where they are to: if not, the sealed ones do.

        After a decline they judge even where they are too few, because the sealed ones are of the time before: the
        champion stays then.
        """
        return declined or rows >= self.min_holdout_rows
