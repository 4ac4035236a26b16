"""The answer of a backtest, from what is stored: no job is started, whatever is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from include.autopilot.backtest.advice import Advice, advise
from include.autopilot.backtest.bills import Bill, bill_of, in_one_unit, one_exam, run_bill
from include.autopilot.backtest.compared import Compared, Scoring
from include.autopilot.backtest.history import History, PastModel
from include.autopilot.backtest.matrix import Cell, JudgedDrop, Learner, Matrix, on_common_rows
from include.autopilot.backtest.percomparison import promoted_anew
from include.autopilot.backtest.schedules import GATED, Course, courses
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import combine
from include.autopilot.cost.billing import JobCost, repriced
from include.autopilot.cost.spending import jobs_of
from include.autopilot.drops.content import DropContent
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.decline import Losses, decline, fresh_losses
from include.autopilot.gate.resampled import ResampledMetric, resampled_metric
from include.autopilot.gate.stored import Answers, alike, contenders, stored_answers
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True)
class Answer:
    """What a backtest says.

    :param metric: by Autopilot's name; ``confidence``: of the intervals.
    :param models: all of the past, also those that the matrix lacks.
    :param schedules: the first one is that of never retraining.
    :param anew: the versions that a gate with an error for each comparison would have promoted; None: not known.
    :param left_out: sentences: what is not compared, and why.
    :param prices_of: the date of the price table, None where there is none.
    :param source: where the rows come from.
    """

    model: str
    title: str
    metric: str
    confidence: float
    models: tuple[PastModel, ...]
    matrix: Matrix
    schedules: tuple[Compared, ...]
    anew: tuple[int, ...] | None
    advice: Advice
    left_out: tuple[str, ...]
    prices_of: str | None
    source: str | None

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON, but for the answers themselves."""
        return {
            "model": self.model,
            "title": self.title,
            "metric": self.metric,
            "confidence": self.confidence,
            "models": [
                {"version": one.version.version, "cutoff": one.version.cutoff, "decision": one.decision,
                 "promoted": one.promoted} for one in self.models
            ],
            "drops": [{"name": one.name, "rows": one.rows} for one in self.matrix.drops],
            "promoted_anew": None if self.anew is None else list(self.anew),
            "schedules": [_told(one, self.matrix) for one in self.schedules],
            "advice": asdict(self.advice),
            "left_out": list(self.left_out),
            "prices_of": self.prices_of,
            "source": self.source,
        }  # fmt: skip


def answer_of(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, history: History) -> Answer | None:
    """Compare the schedules by what is stored; None where no two models have predicted one drop.

    :raises GateError: the answers are not comparable.
    :raises LeakError: a model was asked what it has learned.
    """
    models = history.complete
    found = _Found(s3, Locations(config.root), models, history.drops)
    if not found.matrix.drops or found.matrix.newest(len(found.matrix.drops) - 1) == 0:
        return None
    metric = resampled_metric(config.gate.metric or models[-1].version.metric)
    scoring = Scoring(found.matrix, metric, config.gate)
    # A champion of that gate may be one of those that are left out.
    anew = None if history.incomplete else found.promoted_anew(metric, config)
    schedules = courses(found.matrix, found.declines(metric), scoring.cell_loss, config.exam == "on", anew)
    left_out = list(found.left_out)
    if any(model.promoted for model in history.incomplete):
        # Who would be taken for the champion of the time was not.
        schedules = [course for course in schedules if course.name != GATED]
        left_out.append(f"{GATED}: not all champions have predicted every later drop")
    bills = _bills(s3, sagemaker, config, models, schedules)
    compared = tuple(scoring.compared(one, bill, schedules[0]) for one, bill in zip(schedules, bills, strict=True))
    rows = sum(drop.rows for drop in found.matrix.drops)
    margin, drops = config.gate.max_relative_loss, len(found.matrix.drops)
    advice = advise(compared, lambda one, other: scoring.difference(one.course, other.course), margin, drops, rows)
    return Answer(
        model=config.name,
        title=config.title,
        metric=metric.name,
        confidence=config.gate.confidence,
        models=history.models,
        matrix=found.matrix,
        schedules=compared,
        anew=_versions(models, anew),
        advice=advice,
        left_out=tuple(left_out),
        prices_of=config.prices.date.isoformat() if config.prices else None,
        source=combine(drop.source for drop in history.drops),
    )


class _Found:
    """The stored answers of models for drops."""

    def __init__(
        self, s3: S3Client, locations: Locations, models: Sequence[PastModel], drops: Sequence[DropContent]
    ) -> None:
        self.s3, self.locations, self.models = s3, locations, models
        self.left_out: list[str] = []
        own = self._own(drops)
        learners = tuple(
            Learner(one.version.version, one.version.moment, one.learned, one.decision, one.promoted) for one in models
        )
        judged: list[JudgedDrop] = []
        cells: dict[Cell, Contender] = {}
        self.own: dict[Cell, Contender] = {}
        for drop, answers in own:
            common = on_common_rows(answers)
            if not common:
                self._leave(drop, "no row is left that none of the models has seen")
                continue
            for place, (all_rows, compared) in enumerate(zip(answers, common, strict=True)):
                self.own[place, len(judged)], cells[place, len(judged)] = all_rows, compared
            judged.append(JudgedDrop(drop.drop.name, drop.drop.instant, len(common[0].keys)))
        self.matrix = Matrix(learners, tuple(judged), cells)

    def declines(self, metric: ResampledMetric) -> Callable[[int, Sequence[int]], bool]:
        """Return what says whether a model's exams on drops show a decline, as its exams at the time would have."""

        @cache
        def promoted(model: int) -> Losses | None:
            answers = self._judged(model)
            return None if answers is None else fresh_losses(metric, contenders(None, answers)[1], set())

        def declined(model: int, drops: Sequence[int]) -> bool:
            counted: set[tuple[str, float]] = set()
            losses = [fresh_losses(metric, self.own[model, drop], counted) for drop in drops]
            return decline(promoted(model), losses).declined

        return declined

    def promoted_anew(self, metric: ResampledMetric, config: ModelConfig) -> tuple[bool, ...] | None:
        """Return by model whether a gate with an error for each comparison would have promoted it; None: not known."""
        if config.gate.judge_on != "sealed" or config.segments:
            # Which rows judged depended on the champion of the time, who would have been another one.
            return None
        return promoted_anew([self._judged(model) for model in range(len(self.models))], metric.name, config.gate)

    def _judged(self, model: int) -> Answers | None:
        """Return what a model answered for the holdout that judged it."""
        version = self.models[model].version
        return stored_answers(self.s3, self.locations, version.holdout, version.model)

    def _own(self, drops: Sequence[DropContent]) -> list[tuple[DropContent, list[Contender]]]:
        """Return the drops that all models before them answered, with what each answered, classes numbered alike."""
        read: list[tuple[DropContent, list[Answers]]] = []
        for drop in drops:
            before = [model for model in self.models if model.version.moment < drop.drop.instant]
            answers = self._answers(drop, before) if before else None
            if answers is not None:
                read.append((drop, answers))
        numbered = iter(alike([one for _, answers in read for one in answers]))
        return [(drop, [next(numbered) for _ in answers]) for drop, answers in read]

    def _answers(self, drop: DropContent, models: Sequence[PastModel]) -> list[Answers] | None:
        found = []
        for model in models:
            exam = model.exams[drop.digest]
            if exam.answers is None:
                self._leave(drop, f"{model.version.label}: {exam.problem}")
                return None
            answers = stored_answers(self.s3, self.locations, exam.answers, str(exam.model))
            if answers is None:
                self._leave(drop, f"what {model.version.label} answered was deleted from S3")
                return None
            found.append(answers)
        return found

    def _leave(self, drop: DropContent, why: str) -> None:
        # Of a file that breaks the contract the first problem is enough.
        first, _, _ = why.partition("\n")
        self.left_out.append(f"drop {drop.drop.name}: {first.rstrip('.')}")


def _versions(models: Sequence[PastModel], chosen: Sequence[bool] | None) -> tuple[int, ...] | None:
    if chosen is None:
        return None
    return tuple(model.version.version for model, one in zip(models, chosen, strict=True) if one)


def _bills(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    models: Sequence[PastModel],
    schedules: Sequence[Course],
) -> list[Bill]:
    """Return what each schedule would have cost, by the present prices."""
    locations = Locations(config.root)

    @cache
    def jobs(run: str) -> list[JobCost]:
        return [repriced(job, config.prices) for job in jobs_of(s3, sagemaker, locations, run, config.prices)]

    runs = [run_bill(jobs(model.billed), model.refit) for model in models]
    held = {exam.run for model in models for exam in model.exams.values()}
    # A champion's exam is one small job; a backtest's asks many drops in one.
    alone = one_exam(job for run in held if "/" not in run for job in jobs(run))
    together = one_exam(job for run in {run.partition("/")[0] for run in held} for job in jobs(run))
    exam = together if alone.seconds is None else alone
    return in_one_unit([bill_of(course, runs, exam) for course in schedules])


def _told(one: Compared, matrix: Matrix) -> Mapping[str, Any]:
    course = one.course
    return {
        "schedule": course.name,
        "possible": course.possible,
        "served": [matrix.models[model].version for model in course.served],
        "retrained": [matrix.models[model].version for model in course.trained],
        "metric": asdict(one.whole),
        "by_drop": [asdict(measured) for measured in one.by_drop],
        "against_never": None if one.against_never is None else asdict(one.against_never),
        "cost": asdict(one.bill),
    }
