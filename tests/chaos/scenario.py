"""What is disturbed, when, and how: a list made from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.support.chain import TRAININGS

# A run learns in one of two ways: it trains, or it tunes. What comes then is the same.
TRAIN, TUNE = LEARNING = ("train", "tune")
THEN = ("model", "predict")
BEFORE, UNANSWERED, AFTER = "before Create", "Create unanswered", "after Create"
RUNNING, ENDED, FINISHING, BETWEEN = "job running", "job ended", "task finishing", "between tasks"
MOMENTS = (BEFORE, UNANSWERED, AFTER, RUNNING, ENDED, FINISHING, BETWEEN)
VICTIMS = ("worker", "triggerer", "scheduler", "aws")
PERSON = "person"
CLEAR, FAIL_TASK, FAIL_RUN = "clears the task", "fails the task", "fails the run"
DEEDS = (CLEAR, FAIL_TASK, FAIL_RUN)
# Rounds of a boosting job that takes 1 to 2 seconds, and of one that will not end before somebody stops it.
SHORT_ROUNDS, LONG_ROUNDS = 60, 200_000
# And of one that lasts until a new scheduler has taken the tasks of the killed one, some 25 seconds.
MIDDLE_ROUNDS = 6000


@dataclass(frozen=True)
class Scenario:
    """One DAG run and what happens to it.

    :param run: the DAG run's id and the end of its jobs' names.
    :param victim: one of :data:`VICTIMS`, or :data:`PERSON`, who acts through the REST API instead.
    :param moment: one of :data:`MOMENTS`, for a person one of :data:`DEEDS`.
    :param step: the task at which it happens.
    :param deferrable: whether the operators wait in the triggerer.
    :param rounds: how long each training takes.
    :param delay: seconds into the job, where the moment is inside it.
    :param pause: seconds until a supervisor starts the victim again.
    :param how: what exactly of the victim is killed: for a worker ``task``, ``worker`` or ``both``; for the others
        ``whole`` or ``alone``, without their child processes.
    """

    run: str
    victim: str
    moment: str
    step: str
    deferrable: bool
    rounds: int
    delay: float
    pause: float
    how: str

    @property
    def dag(self) -> str:
        """The DAG that has operators of this kind."""
        return dag_of(self.learning, self.deferrable)

    @property
    def learning(self) -> str:
        """The first step; a run tunes where the tuning job is what is disturbed."""
        return TUNE if self.step == TUNE else TRAIN

    @property
    def steps(self) -> tuple[str, ...]:
        """The run's tasks, in their order."""
        return (self.learning, *THEN)

    @property
    def cell(self) -> str:
        """Say what happens, in a few words."""
        return f"{self.victim} / {self.moment} ({self.step}{'' if self.deferrable else ', in the foreground'})"

    @property
    def ends(self) -> str:
        """The state in which the run must end."""
        return "failed" if self.moment in (FAIL_TASK, FAIL_RUN) else "success"


def dag_of(learning: str, deferrable: bool) -> str:
    """Give the DAG that learns and waits in this way."""
    return f"chaos_{learning}_{'deferred' if deferrable else 'waiting'}"


def plan(count: int, seed: int) -> list[Scenario]:
    """Make ``count`` scenarios: every victim at every moment in turn, the rest drawn from the seed.

    Half of them strike a tuning job; in the next turn it is the other half.
    """
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    cells = [(victim, moment) for victim in VICTIMS for moment in MOMENTS] + [(PERSON, deed) for deed in DEEDS]
    scenarios: list[Scenario] = []
    while len(scenarios) < count:
        placed = list(enumerate(cells, start=len(scenarios) // len(cells)))
        draw.shuffle(placed)
        for place, cell in placed:
            scenarios.append(_scenario(len(scenarios), *cell, TUNE if place % 2 else TRAIN, draw))
    return scenarios[:count]


def _scenario(number: int, victim: str, moment: str, learning: str, draw: random.Random) -> Scenario:
    in_job = moment in (RUNNING, ENDED) or victim == PERSON
    steps = _steps(victim, moment, learning)
    deferrable = draw.random() < 0.7
    if victim == "worker" and in_job:
        deferrable = False  # a deferred task has no process that could be killed
    if victim == "triggerer":
        deferrable = True
    return Scenario(
        run=f"s{number:04d}",
        victim=victim,
        moment=moment,
        step=draw.choice(steps),
        deferrable=deferrable,
        rounds=_rounds(victim, moment, learning, deferrable),
        delay=draw.uniform(0.3, 1.0),
        pause=draw.uniform(0.2, 2.0),
        how=draw.choice(("task", "worker", "both") if victim == "worker" else ("whole", "alone")),
    )


def _steps(victim: str, moment: str, learning: str) -> tuple[str, ...]:
    """Give the steps at which it can happen."""
    if victim == PERSON or learning == TUNE:
        return (learning,)
    if moment in (RUNNING, ENDED, FINISHING):  # a model is no job: it does not run and has no log to finish with
        return (TRAIN, "predict")
    return (TRAIN, "model") if moment == BETWEEN else (TRAIN, *THEN)


def _rounds(victim: str, moment: str, learning: str, deferrable: bool) -> int:
    # The worker of a killed scheduler is told to end long after; it must not take the next try's job with it.
    # And a task that is cleared while it runs is retried, and asks for the same job again.
    if (victim, moment, deferrable) in (("scheduler", RUNNING, False), (PERSON, CLEAR, False)):
        # A longer job would hardly live: every other scenario that kills the embedded AWS kills it too.
        return MIDDLE_ROUNDS // (TRAININGS if learning == TUNE else 1)
    return LONG_ROUNDS if victim == PERSON else SHORT_ROUNDS
