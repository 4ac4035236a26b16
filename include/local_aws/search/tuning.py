"""Tunes the algorithms on the featurized data: a hyperparameter tuning job whose children are the candidates."""

from __future__ import annotations

from include.local_aws.search.candidates import Candidates, Featurized, no_winner
from include.local_aws.search.interface import Json, Progress, SearchFailed
from include.local_aws.search.jobs import ENDED, Job, Jobs, OutOfTime, SearchStopped
from include.local_aws.search.space import SPACES, fixed

_TRAINING = "TrainingJob"
_POLL_SECONDS = 0.25  # a tuning job's description is long


def tune(jobs: Jobs, progress: Progress, candidates: Candidates, featurized: list[Featurized]) -> Json:
    """Try candidates until there are enough or time is over; return the best one.

    :raises SearchFailed: none succeeded; says how they ended.
    :raises SearchStopped: the user stopped the search.
    :raises OutOfTime: time is over and no candidate has finished.
    """
    pipelines, starts = [], []
    for one in featurized:
        processor, space = one.processor, SPACES[one.processor.algorithm.name]
        static = fixed(processor.algorithm, candidates.objective, candidates.columns)
        pipelines.append(candidates.requests.pipeline(processor, candidates.objective, static, space.parameters()))
        starts.append({"DefinitionName": processor.pipeline, "HyperParameters": dict(space.start)})
    request = candidates.requests.tune(pipelines)
    watch = _Watch(jobs, progress, candidates, featurized)
    tuner = jobs.start("HyperParameterTuningJob", request, _Starts=starts)
    try:
        jobs.wait(tuner, watch=lambda: watch.look(tuner), poll=_POLL_SECONDS)
    except (OutOfTime, SearchStopped) as ended:
        jobs.stop_all()
        if watch.look(tuner) is None or isinstance(ended, SearchStopped):
            raise
    best = watch.look(tuner)
    if best is None:
        raise SearchFailed(no_winner(watch.ended, jobs.settings.max_training_seconds))
    return watch.described(best)


class _Watch:
    """Tells the children of a tuning job as candidates, while it runs."""

    def __init__(self, jobs: Jobs, progress: Progress, candidates: Candidates, featurized: list[Featurized]) -> None:
        self._jobs = jobs
        self._progress = progress
        self._candidates = candidates
        self._featurized = {candidates.requests.results(one.processor): one for one in featurized}
        self._seen = 0
        self._running: list[Job] = []
        self._best: str | None = None
        self.ended: list[Json] = []

    def look(self, tuner: Job) -> str | None:
        """Tell what is new; return the name of the best candidate so far."""
        told = self._jobs.describe(tuner)
        started = sum(told["TrainingJobStatusCounters"].values())
        for number in range(self._seen + 1, started + 1):
            job = Job(_TRAINING, self._candidates.names.child(number))
            self._tell(self._jobs.describe(job))
            self._running.append(job)
        self._seen = started
        for job in list(self._running):
            child = self._jobs.describe(job)
            if child["TrainingJobStatus"] in ENDED:
                self._tell(child)
                self._running.remove(job)
                self.ended.append(child)
        best: str | None = told.get("BestTrainingJob", {}).get("TrainingJobName")
        if best is not None and best != self._best:
            self._best = best
            self._progress.best(best)
        return best

    def described(self, name: str) -> Json:
        """Return a candidate as it is told."""
        return self._candidate(self._jobs.describe(Job(_TRAINING, name)))

    def _tell(self, child: Json) -> None:
        self._progress.candidate(self._candidate(child))

    def _candidate(self, child: Json) -> Json:
        return self._candidates.describe(self._featurized[child["OutputDataConfig"]["S3OutputPath"]], child)
