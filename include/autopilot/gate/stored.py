"""One model's answers for the judging holdout, kept in S3: who has to judge again later needs no job for it.

The file is JSON lines, so that a million rows are written and read one by one: first what the answers are of, then a
row each: key, measured, predicted (null where the model gave no answer), and of classes the probabilities, if any.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from include.autopilot.base.errors import GateError, MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.evaluation.outcome import NO_LABEL, Classes, Numbers, Outcome
from include.autopilot.gate.contender import Contender
from include.autopilot.rows.columns import FloatRows, Floats, Texts
from include.autopilot.s3.reader import opened
from include.autopilot.s3.writer import ObjectWriter

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
    keys: Sequence[str]
    outcome: Outcome


# What earlier releases wrote: one JSON object.
_EARLIER = TypeAdapter(Answers)


def save_answers(s3: S3Client, locations: Locations, answers: Answers) -> str:
    """Write a model's answers for a holdout and return their address."""
    writer = ObjectWriter(s3, locations.answers(answers.holdout, answers.model), "application/json")
    for line in _lines(answers):
        writer.write(f"{json.dumps(line, allow_nan=False)}\n".encode())
    return writer.finish()


def stored_answers(s3: S3Client, locations: Locations, holdout: str, model: str) -> Answers | None:
    """Return what a model answered for the holdout with this digest; None where it was never asked."""
    try:
        with opened(s3, locations.answers(holdout, model)) as file:
            first = file.readline()
            if first.strip() == b"{":
                return _of_earlier(first + file.read())
            return _answers(json.loads(first), map(json.loads, file))
    except MissingObjectError:
        return None


def contenders(champion: Answers | None, challenger: Answers) -> tuple[Contender | None, Contender]:
    """Return both as the gate takes them, classes numbered alike.

    The challenger's numbering counts: a champion that knows fewer classes gets a probability of 0 for the others.

    :raises GateError: one predicts numbers and the other one classes.
    """
    first, *others = alike([challenger] if champion is None else [challenger, champion])
    return (others[0] if others else None), first


def alike(answers: Sequence[Answers]) -> list[Contender]:
    """Return answers as the gate takes them, classes numbered alike: those of the first, then what others add.

    :raises GateError: one predicts numbers and another one classes.
    """
    outcomes = [one.outcome for one in answers]
    for one, outcome in zip(answers, outcomes, strict=True):
        if type(outcome) is not type(outcomes[0]):
            raise GateError(
                f"{answers[0].model} and {one.model} do not predict the same kind of thing. Set gate.mode to disabled, "
                "then put the new version in place by hand."
            )
    names = tuple(dict.fromkeys(name for outcome in outcomes if isinstance(outcome, Classes) for name in outcome.names))
    return [_contender(one, names) for one in answers]


def _lines(answers: Answers) -> Iterator[Any]:
    outcome = answers.outcome
    head = {"model": answers.model, "holdout": answers.holdout}
    if isinstance(outcome, Numbers):
        yield head
        for key, actual, number in zip(answers.keys, outcome.actual, outcome.predicted, strict=True):
            yield key, actual, _or_null(number)
        return
    yield {**head, "known": outcome.known, "probabilities": outcome.probabilities is not None}
    rows = zip(answers.keys, outcome.actual, outcome.predicted, strict=True)
    for place, (key, label, predicted) in enumerate(rows):
        chances = () if outcome.probabilities is None else outcome.probabilities[place]
        yield key, label, predicted, *(_or_null(chance) for chance in chances)


def _answers(head: dict[str, Any], rows: Iterable[list[Any]]) -> Answers:
    keys = Texts()
    if "known" not in head:
        targets, numbers = Floats(), Floats()
        for key, measured, number in rows:
            keys.append(key)
            targets.append(measured)
            numbers.append(_or_nan(number))
        return Answers(head["model"], head["holdout"], keys, Numbers(targets, numbers))
    actual: list[str] = []
    predicted: list[str] = []
    # One object per class, not per row.
    name: dict[str, str] = {}
    probabilities = FloatRows(len(head["known"])) if head["probabilities"] else None
    for key, label, answer, *chances in rows:
        keys.append(key)
        actual.append(name.setdefault(label, label))
        predicted.append(name.setdefault(answer, answer))
        if probabilities is not None:
            probabilities.append([_or_nan(chance) for chance in chances])
    outcome = Classes(tuple(head["known"]), tuple(actual), tuple(predicted), probabilities)
    return Answers(head["model"], head["holdout"], keys, outcome)


def _of_earlier(body: bytes) -> Answers:
    found = _EARLIER.validate_json(body)
    outcome = found.outcome
    if isinstance(outcome, Numbers):
        numbers = Numbers(Floats(outcome.actual), Floats(outcome.predicted))
        return replace(found, keys=Texts(found.keys), outcome=numbers)
    rows = outcome.probabilities
    probabilities = None if rows is None else FloatRows(len(outcome.known), rows)
    labels = tuple(outcome.actual), tuple(outcome.predicted)
    return replace(found, keys=Texts(found.keys), outcome=Classes(outcome.known, *labels, probabilities))


def _or_null(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number


def _contender(answers: Answers, names: tuple[str, ...]) -> Contender:
    outcome = answers.outcome
    if isinstance(outcome, Numbers):
        return Contender(answers.model, answers.holdout, answers.keys, outcome.actual, outcome.predicted)
    number = {name: float(place) for place, name in enumerate(names)} | {NO_LABEL: math.nan}
    return Contender(
        model=answers.model,
        holdout=answers.holdout,
        keys=answers.keys,
        actual=Floats(number[name] for name in outcome.actual),
        predicted=Floats(number[name] for name in outcome.predicted),
        probabilities=_probabilities(outcome, names),
    )


def _probabilities(outcome: Classes, names: tuple[str, ...]) -> Sequence[Sequence[float]] | None:
    if outcome.probabilities is None or names == outcome.known:
        return outcome.probabilities
    places = [outcome.known.index(name) if name in outcome.known else None for name in names]
    rows = (tuple(0.0 if place is None else row[place] for place in places) for row in outcome.probabilities)
    return FloatRows(len(names), rows)
