"""Which of several listed candidates is the best, where the job's own description, which says so, is not at hand."""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.base.errors import CandidateError
from include.autopilot.base.lenient import number_at, text_at
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.objective import objective_of

_FINAL = "FinalAutoMLJobObjectiveMetric"


def best_of(candidates: Sequence[Description]) -> Description | None:
    """Return the best candidate by its objective metric; None where they do not tell or were not measured alike.

    Candidates that are not Completed count only where they are all there is.
    """
    ended = [one for one in candidates if text_at(one, "CandidateStatus") in (None, "Completed")]
    if len(ended or candidates) == 1:
        return (ended or candidates)[0]
    try:
        objectives = {objective_of({}, one, "") for one in ended}
    except CandidateError:
        return None
    values = [(number_at(one, _FINAL, "Value"), one) for one in ended]
    measured = [(value, one) for value, one in values if value is not None]
    if len(objectives) != 1 or not measured:
        return None
    largest = objectives.pop().direction == "Maximize"
    return max(measured, key=lambda pair: pair[0] if largest else -pair[0])[1]
