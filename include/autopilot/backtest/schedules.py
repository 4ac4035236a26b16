"""The schedules that are compared: which model would have predicted every drop, and which would have been paid for.

Pure, over places in a :class:`include.autopilot.backtest.matrix.Matrix`. All begin with the first model, which all have
paid for. "Retrained" means here that the newest model there was takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from include.autopilot.backtest.matrix import Matrix

EVERY = (1, 2, 3, 6)
NEVER, DECLINE, GATED, ORACLE = "never retrained", "when the exam declines", "as gated", "with the oracle"
GATED_ANEW = "gated, each anew"


@dataclass(frozen=True)
class Course:
    """What a schedule makes of the drops.

    :param served: by drop, the model that predicts it; ``trained``: the models that are paid for, besides the first.
    :param gated: whether each of these is judged against the champion, which is asked too.
    :param examined: whether an exam is paid for on every drop.
    :param possible: whether somebody could follow it.
    """

    name: str
    served: tuple[int, ...]
    trained: tuple[int, ...] = ()
    gated: bool = False
    examined: bool = False
    possible: bool = True


def courses(
    matrix: Matrix,
    declined: Callable[[int, Sequence[int]], bool],
    loss: Callable[[int, int], float],
    examined: bool,
    anew: Sequence[bool] | None = None,
) -> list[Course]:
    """Return all schedules, but for those that are longer than the past is.

    :param declined: whether a model's exams on some drops, in order, show that it is worse than it was.
    :param loss: of a model on a drop.
    :param examined: whether the gated runs held exams.
    :param anew: by model, whether a gate with an error for each comparison would have promoted it; None: not known.
    """
    regular = [every(matrix, drops) for drops in EVERY]
    gated = as_gated(matrix, GATED, [model.promoted for model in matrix.models], examined)
    other = as_gated(matrix, GATED_ANEW, anew, examined) if anew else None
    return [
        never(matrix),
        *(course for course in regular if course.trained),
        when_declined(matrix, declined),
        *(course for course in (gated, other) if course),
        oracle(matrix, loss),
    ]


def never(matrix: Matrix) -> Course:
    """Return the course of the first model alone."""
    return Course(NEVER, (0,) * len(matrix.drops))


def every(matrix: Matrix, drops: int) -> Course:
    """Return the course where the newest model takes over whenever so many drops came since the last one learned."""
    served, trained, now = [], [], 0
    for place in range(len(matrix.drops)):
        newest = matrix.newest(place)
        if matrix.models[newest].learned - matrix.models[now].learned >= drops:
            now = newest
            trained.append(now)
        served.append(now)
    name = "retrained every drop" if drops == 1 else f"retrained every {drops} drops"
    return Course(name, tuple(served), tuple(trained))


def when_declined(matrix: Matrix, declined: Callable[[int, Sequence[int]], bool]) -> Course:
    """Return the course where the newest model takes over at the drop after an exam that showed a decline."""
    served: list[int] = []
    trained: list[int] = []
    since: list[int] = []
    now, due = 0, False
    for place in range(len(matrix.drops)):
        newest = matrix.newest(place)
        if due and newest != now:
            now, due, since = newest, False, []
            trained.append(now)
        served.append(now)
        since.append(place)
        due = due or declined(now, since)
    return Course(DECLINE, tuple(served), tuple(trained), examined=True)


def as_gated(matrix: Matrix, name: str, promoted: Sequence[bool], examined: bool) -> Course | None:
    """Return the course of a gate's champions, who all came out of a run that was paid for; None if there was none.

    :param promoted: by model, whether it became the champion.
    """
    served = []
    for place in range(len(matrix.drops)):
        champions = [model for model in range(matrix.newest(place) + 1) if promoted[model]]
        if not champions:
            return None
        served.append(champions[-1])
    return Course(name, tuple(served), _all(matrix), gated=True, examined=examined)


def oracle(matrix: Matrix, loss: Callable[[int, int], float]) -> Course:
    """Return the course of who knows of every drop beforehand which model is best on it: what nobody can do."""
    best = [
        min(range(matrix.newest(place) + 1), key=lambda model, drop=place: loss(model, drop))  # type: ignore[misc]
        for place in range(len(matrix.drops))
    ]
    return Course(ORACLE, tuple(best), _all(matrix), possible=False)


def _all(matrix: Matrix) -> tuple[int, ...]:
    last = matrix.newest(len(matrix.drops) - 1) if matrix.drops else 0
    return tuple(range(1, last + 1))
