"""What a person states of a candidate where no artifact tells it: the header, the target, the problem, the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from include.autopilot.base.errors import CandidateError
from include.autopilot.base.metrics import BINARY, REGRESSION
from include.autopilot.candidate.contract import Schema


@dataclass(frozen=True)
class Stated:
    """What is stated; None or empty: nothing. What an artifact tells goes before it.

    :param columns: the training data's header, in its order, the target among them.
    :param problem_type: Regression, BinaryClassification or MulticlassClassification.
    :param labels: the classes by index; of two, the negative one first.
    """

    columns: Sequence[str] | None = None
    target: str | None = None
    problem_type: str | None = None
    labels: Sequence[str] = ()


NOTHING = Stated()


def labelled(schema: Schema, problem_type: str, labels: Sequence[str], count: int | None = None) -> Schema:
    """Return the schema with the classes that somebody stated.

    :param count: how many the algorithm was trained for; None where that is not known.
    :raises CandidateError: they cannot be the classes of this problem.
    """
    wanted = 2 if problem_type == BINARY else count
    listed = ", ".join(labels)
    if problem_type == REGRESSION:
        raise CandidateError(f"The classes {listed} are stated, but a Regression predicts numbers. Leave them out.")
    if len(set(labels)) != len(labels) or len(labels) < 2 or (wanted is not None and len(labels) != wanted):
        expected = "two or more" if wanted is None else wanted
        raise CandidateError(f"The classes stated, {listed}, must be {expected} different ones for a {problem_type}.")
    return replace(schema, labels=tuple(labels))
