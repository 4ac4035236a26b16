"""Which classes the rows of a run have, and which are missing where they are needed.

The split is a hash of the row's key and is not stratified, so that a row never changes side; a rare class can
therefore miss a side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from include.autopilot.base.errors import RunError
from include.autopilot.base.metrics import REGRESSION
from include.autopilot.base.numbers import read_number
from include.autopilot.drops.holdouts import Holdout
from include.autopilot.drops.plan import Path
from include.autopilot.drops.prepared import Prepared
from include.autopilot.settings.recent import RECENT
from include.autopilot.template.problem import Problem
from include.autopilot.template.published import Template


def labelled(template: Template, used: Sequence[Prepared]) -> Template:
    """Return the template of an ensemble with the classes of the rows that its next search will see.

    AutoGluon orders them like this, numbers as numbers, and takes the second of two for the positive one
    (``TabularPredictor.positive_class``). A template whose steps are replayed keeps what its candidate says.
    """
    if template.replay is not None or template.problem_type == REGRESSION:
        return template
    found = _counted(side for prepared in used for side in (prepared.train_classes, prepared.validation_classes))
    return replace(template, schema=replace(template.schema, labels=tuple(_ordered(found))))


def check_training(problem: Problem, used: Sequence[Prepared], search: str, path: Path) -> None:
    """Refuse a training set without a class that the candidate knows.

    The algorithm would train all the same, and give a model that can never predict the class.

    :param search: what to run to find a pipeline for fewer classes, for the message.
    :param path: a search makes its own split: it trains on the rows of both sides.
    :raises RunError: a class has no training row.
    """
    if problem.is_regression:
        return
    found = _counted(side for prepared in used for side in _trained(prepared, path))
    missing = _missing(problem.labels, found)
    if not missing and len(found) > 1:
        return
    what = f"no row of the class {missing}" if missing else f"only the class {_listed(found)}"
    raise RunError(
        f"The training rows have {what}; a model trained on them could never predict anything else. "
        f"Take more drops (scope full, a later cutoff), or run {search} again if the class is gone for good."
    )


def check_holdouts(problem: Problem, holdouts: Sequence[Holdout]) -> None:
    """Refuse a holdout with a class that the model could not know.

    Of a candidate that is replayed, this was checked cell by cell when the file was read; what a search will know are
    the classes of its rows.

    :raises RunError: a holdout has another class.
    """
    for holdout in holdouts if problem.labels else ():
        unknown = sorted(set(holdout.classes) - set(problem.labels))
        if unknown:
            fix = f"Correct {holdout.uri}"
            if holdout.name == RECENT:
                fix = "All its rows judge while they are new: set gate.judge_on: sealed until there are more of them"
            raise RunError(
                f"Holdout {holdout.name} has the class {_listed(unknown)}, which no row to train on has (they have "
                f"{_listed(problem.labels)}), so no model could predict it. {fix}, or take more drops (scope full, a "
                "later cutoff)."
            )


def notes_of(problem: Problem, used: Sequence[Prepared], holdouts: Sequence[Holdout], path: Path) -> tuple[str, ...]:
    """Return what readers of the report must know about the classes; nothing for a regression."""
    if problem.is_regression:
        return ()
    notes = []
    if not problem.labels:
        notes.append(
            "The candidate does not say which classes it knows: a new class in a drop could not be recognised as new."
        )
    found = _counted(prepared.validation_classes for prepared in used)
    classes = problem.labels or tuple(_counted(prepared.train_classes for prepared in used))
    if (missing := _missing(classes, found)) and path != "search_again":
        notes.append(f"No validation row is of the class {missing}: the training's own validation metric ignores it.")
    lacking = ((holdout.name, _missing(classes, holdout.classes)) for holdout in holdouts)
    notes += [
        f"Holdout {name} has no row of the class {missing}: its metrics say nothing about it."
        for name, missing in lacking
        if missing
    ]
    return tuple(notes)


def _trained(prepared: Prepared, path: Path) -> tuple[Mapping[str, int], ...]:
    both = path == "search_again"
    return (prepared.train_classes, *((prepared.validation_classes,) if both else ()))


def _ordered(labels: Iterable[str]) -> list[str]:
    found = {label: read_number(label) for label in labels}
    numbers = {label: number for label, number in found.items() if number is not None}
    return sorted(found, key=numbers.__getitem__ if len(numbers) == len(found) else None)


def _counted(sides: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for side in sides:
        total.update(side)
    return total


def _missing(classes: Sequence[str], found: Mapping[str, int]) -> str:
    return _listed([label for label in classes if not found.get(label)])


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(repr(label) for label in labels)
