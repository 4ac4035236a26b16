"""Tunes the algorithms on the featurized data with Optuna: what SageMaker's tuner does for Autopilot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

import optuna

from include.local_aws.search.candidates import Candidates, Featurized
from include.local_aws.search.interface import Json, Progress
from include.local_aws.search.jobs import Job, Jobs, OutOfTime, SearchStopped
from include.local_aws.search.space import SPACES, fixed

# Children at a time. The tuner hears of their results in the order of their numbers, and proposes the next one only
# then: whichever child ends first, the same search finds the same.
_PARALLEL = 2
_PROCESSOR = "processor"
# Trials before the tuner trusts its model of the space: the first of each data processor.
_STARTUP_TRIALS = 3


@dataclass
class Best:
    """The best candidate so far and its objective."""

    name: str
    value: float


def tune(jobs: Jobs, progress: Progress, candidates: Candidates, featurized: list[Featurized]) -> Best | None:
    """Try candidates until there are enough or time is over; return the best, None if none succeeded.

    :raises SearchStopped: the user stopped the search.
    :raises OutOfTime: time is over and no candidate has finished.
    """
    return _Tuner(jobs, progress, candidates, featurized).run()


@dataclass(frozen=True)
class _Trial:
    """A trial whose training job was created."""

    trial: optuna.Trial
    featurized: Featurized
    job: Job


class _Tuner:
    def __init__(self, jobs: Jobs, progress: Progress, candidates: Candidates, featurized: list[Featurized]) -> None:
        self._jobs = jobs
        self._progress = progress
        self._candidates = candidates
        self._featurized = featurized
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            direction=candidates.objective.direction,
            sampler=optuna.samplers.TPESampler(
                seed=0,
                multivariate=True,
                n_startup_trials=_STARTUP_TRIALS,
                warn_independent_sampling=False,  # algorithms have hyperparameters of their own
            ),
        )
        for place, one in enumerate(featurized):
            self._study.enqueue_trial({**SPACES[one.processor.algorithm.name].start, _PROCESSOR: place})
        self._numbers = count(1)
        self._best: Best | None = None

    def run(self) -> Best | None:
        left = self._jobs.settings.max_candidates
        pending: deque[_Trial] = deque()
        try:
            while left or pending:
                while left and len(pending) < _PARALLEL:
                    pending.append(self._start())
                    left -= 1
                ended = self._jobs.wait(pending[0].job)[0]
                self._tell(pending.popleft(), ended)
        except OutOfTime:
            self._jobs.stop_all()
            self._show(pending)
            if self._best is None:
                raise
        except SearchStopped:
            self._jobs.stop_all()
            self._show(pending)
            raise
        return self._best

    def _start(self) -> _Trial:
        trial = self._study.ask()
        place = trial.suggest_categorical(_PROCESSOR, list(range(len(self._featurized))))
        featurized = self._featurized[place]
        name = self._candidates.names.child(next(self._numbers))
        processor = featurized.processor
        settings = fixed(processor.algorithm, self._candidates.objective, self._candidates.columns)
        settings |= SPACES[processor.algorithm.name].suggest(trial)
        request = self._candidates.requests.tune(name, processor, settings)
        started = _Trial(trial, featurized, self._jobs.start("TrainingJob", request))
        self._show([started])
        return started

    def _show(self, trials: Iterable[_Trial]) -> None:
        for one in trials:
            self._progress.candidate(self._candidates.describe(one.featurized, self._jobs.describe(one.job)))

    def _tell(self, ended: _Trial, child: Json) -> None:
        trial, value = ended.trial, self._candidates.value(ended.featurized, child)
        self._progress.candidate(self._candidates.describe(ended.featurized, child))
        if value is None:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return
        self._study.tell(trial, value)
        if self._best is None or self._candidates.objective.better(value, self._best.value):
            self._best = Best(child["TrainingJobName"], value)
            self._progress.best(self._best.name)
