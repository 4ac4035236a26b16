"""One model's answers for the judging holdout, kept in S3: who has to judge again later needs no job for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.errors import GateError, MissingObjectError
from include.autopilot.gate.contender import Contender
from include.autopilot.locations import Locations
from include.autopilot.objects import read_json, write_json
from include.autopilot.report.outcome import Classes, Numbers, Outcome

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Answers:
    """What a model answered, beside what was measured.

    :param model: the name of its SageMaker model.
    :param holdout: the digest of the holdout's file.
    :param keys: the rows' keys, in order.
    """

    model: str
    holdout: str
    keys: tuple[str, ...]
    outcome: Outcome


_ADAPTER = TypeAdapter(Answers)


def save_answers(s3: S3Client, locations: Locations, answers: Answers) -> str:
    """Write a model's answers for a holdout and return their address."""
    return write_json(s3, locations.answers(answers.holdout, answers.model), _ADAPTER.dump_python(answers, mode="json"))


def stored_answers(s3: S3Client, locations: Locations, holdout: str, model: str) -> Answers | None:
    """Return what a model answered for the holdout with this digest; None where it was never asked."""
    try:
        return _ADAPTER.validate_python(read_json(s3, locations.answers(holdout, model)))
    except MissingObjectError:
        return None


def contenders(champion: Answers | None, challenger: Answers) -> tuple[Contender | None, Contender]:
    """Return both as the gate takes them, classes numbered alike.

    The challenger's numbering counts: a champion that knows fewer classes gets a probability of 0 for the others.

    :raises GateError: one predicts numbers and the other one classes.
    """
    outcomes = [challenger.outcome] if champion is None else [challenger.outcome, champion.outcome]
    if len({type(outcome) for outcome in outcomes}) > 1:
        raise GateError(
            f"{challenger.model} and the champion do not predict the same kind of thing. Set gate.mode to disabled, "
            "then put the new version in place by hand."
        )
    names = tuple(dict.fromkeys(name for outcome in outcomes if isinstance(outcome, Classes) for name in outcome.names))
    return None if champion is None else _contender(champion, names), _contender(challenger, names)


def _contender(answers: Answers, names: tuple[str, ...]) -> Contender:
    outcome = answers.outcome
    if isinstance(outcome, Numbers):
        return Contender(answers.model, answers.holdout, answers.keys, outcome.actual, outcome.predicted)
    number = {name: float(place) for place, name in enumerate(names)}
    return Contender(
        model=answers.model,
        holdout=answers.holdout,
        keys=answers.keys,
        actual=tuple(number[name] for name in outcome.actual),
        predicted=tuple(number[name] for name in outcome.predicted),
        probabilities=_probabilities(outcome, names),
    )


def _probabilities(outcome: Classes, names: tuple[str, ...]) -> tuple[tuple[float, ...], ...] | None:
    if outcome.probabilities is None:
        return None
    places = [outcome.known.index(name) if name in outcome.known else None for name in names]
    return tuple(tuple(0.0 if place is None else row[place] for place in places) for row in outcome.probabilities)
