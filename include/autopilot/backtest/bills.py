"""What a schedule would have cost: the measured times of the jobs of the runs that it would have had.

Pure. A run's jobs are told apart by their names (:func:`include.autopilot.base.names.job_name`): the drops' features,
which somebody has to make before the next training, whenever that is; the champion's answers for the gate; the exam;
and the rest, which is the retraining itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from include.autopilot.backtest.schedules import Course
from include.autopilot.cost.billing import JobCost

_STEP = re.compile(r"-(featurize|predict-champion|exam)-[0-9]{8}-[0-9a-f]{8}(-g[0-9]+)?(-r[0-9]+)?$")


@dataclass(frozen=True)
class Bill:
    """What some jobs took.

    :param seconds: billed instance time; ``usd``: what it costs. None: that of a job is unknown.
    """

    jobs: int = 0
    seconds: float | None = 0.0
    usd: float | None = 0.0

    def __add__(self, other: Bill) -> Bill:
        """Return both together."""
        return Bill(self.jobs + other.jobs, _sum(self.seconds, other.seconds), _sum(self.usd, other.usd))

    def times(self, number: int) -> Bill:
        """Return so many of it."""
        return total([self] * number)

    @property
    def words(self) -> str:
        """It for people: dollars where they are known, else seconds of jobs."""
        if self.usd is not None:
            return f"{self.usd:.2f} USD"
        return "unknown" if self.seconds is None else f"{self.seconds:.0f} s of jobs"


@dataclass(frozen=True)
class RunBill:
    """What the run of one model took.

    :param training: training, model and its predictions; ``features``: those of new drops; ``gate``: the champion's
        answers for the comparison.
    """

    training: Bill = Bill()
    features: Bill = Bill()
    gate: Bill = Bill()


def run_bill(jobs: Iterable[JobCost], refit: bool) -> RunBill:
    """Return what the jobs of a run took, each counted once by its name; unknown where it kept no record of any.

    :param refit: the run makes all features anew: they are part of the retraining.
    """
    found: dict[str, Bill] = {}
    for job in {job.name: job for job in jobs}.values():
        step = step_of(job.name)
        step = "training" if step == "featurize" and refit else step
        found[step] = found.get(step, Bill()) + Bill(1, job.seconds, job.usd)
    nothing = Bill()
    return RunBill(
        found.get("training", Bill(1, None, None)),
        found.get("featurize", nothing),
        found.get("predict-champion", nothing),
    )


def one_exam(jobs: Iterable[JobCost]) -> Bill:
    """Return what one exam takes: the median of those there were; unknown (None) where there was none."""
    exams = [job for job in jobs if step_of(job.name) == "exam"]
    seconds = [job.seconds for job in exams if job.seconds is not None]
    usd = [job.usd for job in exams if job.usd is not None]
    return Bill(1, median(seconds) if seconds else None, median(usd) if usd else None)


def bill_of(course: Course, runs: Sequence[RunBill], exam: Bill) -> Bill:
    """Return what a schedule would have cost beyond the first model, which all have.

    :param runs: by model; ``exam``: what one exam takes.
    """
    last = max(course.trained, default=0)
    found = total([runs[model].training for model in course.trained] + [run.features for run in runs[1 : last + 1]])
    if course.gated:
        found += total(runs[model].gate for model in course.trained)
    return found + exam.times(len(course.served)) if course.examined else found


def total(bills: Iterable[Bill]) -> Bill:
    """Return all of them together."""
    return sum(bills, Bill())


def in_one_unit(bills: Sequence[Bill]) -> list[Bill]:
    """Return bills that compare: in dollars where all that took a known time have a price, else in seconds alone."""
    known = all(bill.usd is not None for bill in bills if bill.seconds is not None)
    return [bill if known else replace(bill, usd=None) for bill in bills]


def step_of(name: str) -> str:
    """Return what a job is for, by its name; ``training`` for everything that is nothing else."""
    match = _STEP.search(name)
    return match[1] if match else "training"


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
