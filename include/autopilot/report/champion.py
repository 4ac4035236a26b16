"""The champion beside the challenger: what both answered to the rows that judged, measured by every metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.metrics import Direction
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.outcome import Classes, Outcome
from include.autopilot.evaluation.predictions import Predictions
from include.autopilot.evaluation.scores import scores_of
from include.autopilot.gate.stored import stored_answers

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Beside:
    """One metric of both on the same rows; None where it is not defined."""

    metric: str
    direction: Direction
    champion: float | None
    challenger: float | None

    @property
    def better(self) -> str:
        """Who is better; nothing where they are equal or cannot be told apart."""
        if self.champion is None or self.challenger is None or self.champion == self.challenger:
            return ""
        more = self.challenger > self.champion
        return "challenger" if more == (self.direction == "Maximize") else "champion"


def champion_outcome(s3: S3Client, plan: Plan, judged: Mapping[str, Any] | None, found: Predictions) -> Outcome | None:
    """Return what the champion answered to the rows of the judge; None where it was not asked the same rows.

    :param judged: what :func:`include.autopilot.champion.judging.judge_run` wrote.
    :param found: the challenger's answers.
    """
    if judged is None or judged["compared"] is None:
        return None
    answers = stored_answers(s3, plan.locations, judged["verdict"]["holdout"], judged["compared"]["model"])
    if answers is None or answers.keys != found.keys or type(answers.outcome) is not type(found.outcome):
        return None
    ours = found.outcome
    # Classes that only one of the two knows have no curve in common.
    if isinstance(ours, Classes) and isinstance(answers.outcome, Classes) and answers.outcome.known != ours.known:
        return None
    return answers.outcome


def beside(problem_type: str, challenger: Outcome, champion: Outcome) -> list[Beside]:
    """Return every metric of the problem type of both."""
    ours, theirs = scores_of(challenger, problem_type), scores_of(champion, problem_type)
    return [Beside(name, one.metric.direction, theirs[name].value, one.value) for name, one in ours.items()]
