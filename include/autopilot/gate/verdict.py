"""A verdict: promote or keep, with the numbers and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from include.autopilot.gate.gateconfig import Mode, Rule

Decision = Literal["promote", "keep"]
Reason = Literal[
    "better",
    "first_model",
    "no_better_than_baseline",
    "tie",
    "worse",
    "too_small",
    "uncertain",
    "too_few_rows",
    "not_finite",
    "champion_not_finite",
    "undefined",
    "not_comparable",
    "disabled",
]


@dataclass(frozen=True)
class Comparison:
    """The numbers of a verdict.

    :param metric: Autopilot's name for it.
    :param direction: Minimize or Maximize.
    :param champion: the metric of the champion, or of the baseline a first model must beat.
    :param challenger: the metric of the challenger.
    :param gain: by how much the challenger is better, in units of the metric; below zero it is worse.
    :param relative_gain: the gain as a share of the champion's loss, which is the distance to a perfect model; None
        where the champion is perfect.
    :param low: lower end of the two-sided interval of the gain.
    :param high: its upper end.
    :param bound: one-sided lower bound of the gain, at the same confidence.
    """

    metric: str
    direction: str
    champion: float
    challenger: float
    gain: float
    relative_gain: float | None
    low: float
    high: float
    bound: float


@dataclass(frozen=True)
class Verdict:
    """What the gate decided and why.

    :param decision: what the evidence says, in every mode.
    :param sentence: the reason for people, with the numbers.
    :param opponent: the champion's name, or the baseline's; None where the gate is disabled.
    :param comparison: None where nothing could be, or was to be, computed.
    """

    decision: Decision
    reason: Reason
    sentence: str
    mode: Mode
    challenger: str
    opponent: str | None
    holdout: str
    rows: int
    rule: Rule
    confidence: float
    min_relative_change: float
    resamples: int
    seed: int
    comparison: Comparison | None = None

    @property
    def promotes(self) -> bool:
        """Whether the challenger is to be promoted: a dry run decides, and promotes nothing."""
        return self.decision == "promote" and self.mode == "enabled"

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, ``promotes`` included."""
        return {**asdict(self), "promotes": self.promotes}


def verdict_of(stored: Mapping[str, Any]) -> Verdict:
    """Return the verdict that ``as_json`` gave."""
    members = {name: value for name, value in stored.items() if name != "promotes"}
    comparison = members.pop("comparison")
    return Verdict(**members, comparison=None if comparison is None else Comparison(**comparison))
