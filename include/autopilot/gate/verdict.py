"""A verdict: promote or keep, with the numbers and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from include.autopilot.gate.lossrows import LossRow
from include.autopilot.gate.segments import Segment
from include.autopilot.gate.spending import Look
from include.autopilot.settings.gate import Mode, Rule

# Above this, per cent are hard to read.
MANY_TIMES = 10

Decision = Literal["promote", "keep"]
Reason = Literal[
    "better",
    "first_model",
    "no_better_than_baseline",
    "tie",
    "worse",
    "too_small",
    "worse_on_sealed",
    "worse_in_segment",
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
        where the champion is perfect, or so nearly that the share is no number.
    :param low: lower end of the two-sided interval of the gain.
    :param high: its upper end.
    :param bound: one-sided lower bound of the gain, at the same confidence.
    :param level: the confidence of that interval; None in verdicts of earlier releases: that of the verdict.
    :param likely_gain: of a challenger that won, its gain without the luck of having been chosen for it; in units of
        the metric, never above ``gain``. None of any other.
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
    level: float | None = None
    likely_gain: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What the gate decided and why.

    :param decision: what the evidence says, in every mode.
    :param sentence: the reason for people, with the numbers.
    :param opponent: the champion's name, or the baseline's; None where the gate is disabled.
    :param comparison: None where nothing could be, or was to be, computed.
    :param loss_rows: the one to three rows that make nearly all of a model's loss, where there are such.
    :param chance: of a first model, how often its answers mixed among the rows are as good; None where it was not
        asked.
    :param judged_on: whose rows judged: ``sealed``, ``recent``, or ``recent and sealed``.
    :param beside: of the last, the numbers on the sealed rows.
    :param look: which comparison of its timeline it is; None of a first model, and in verdicts of earlier releases.
    :param segments: the models in parts of the rows that judged, where the YAML names such.
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
    loss_rows: tuple[LossRow, ...] = ()
    chance: float | None = None
    look: Look | None = None
    judged_on: str = "sealed"
    beside: Comparison | None = None
    segments: tuple[Segment, ...] = ()

    @property
    def promotes(self) -> bool:
        """Whether the challenger is to be promoted: a dry run decides, and promotes nothing."""
        return self.decision == "promote" and self.mode == "enabled"

    @property
    def spends(self) -> bool:
        """Whether a challenger was really compared, so that the look that this was is spent."""
        return self.mode == "enabled" and self.comparison is not None and self.reason != "too_few_rows"

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, ``promotes`` included."""
        lists = {name: [asdict(one) for one in getattr(self, name)] for name in ("loss_rows", "segments")}
        return {**asdict(self), **lists, "promotes": self.promotes}


def relative_words(relative: float) -> str:
    """Return a relative gain for people; a loss many times the champion's is told as that."""
    if relative < -MANY_TIMES:
        return f"a loss {1 - relative:.3g} times as large"
    return f"{abs(relative):.1%} {'better' if relative > 0 else 'worse'}"


def verdict_of(stored: Mapping[str, Any]) -> Verdict:
    """Return the verdict that ``as_json`` gave."""
    members = {name: value for name, value in stored.items() if name != "promotes"}
    numbers = members.pop("comparison"), members.pop("beside", None)
    comparison, beside = (None if found is None else Comparison(**found) for found in numbers)
    # Verdicts of earlier releases have no such rows, no segments and no look.
    look = members.pop("look", None)
    rows = tuple(LossRow(**row) for row in members.pop("loss_rows", ()))
    segments = tuple(Segment(**one) for one in members.pop("segments", ()))
    return Verdict(
        **members,
        comparison=comparison,
        beside=beside,
        loss_rows=rows,
        segments=segments,
        look=Look(**look) if look else None,
    )
