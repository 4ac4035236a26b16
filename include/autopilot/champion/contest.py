"""The comparison of a run's challengers with the champion: by which rows, in which look, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from include.autopilot.base.errors import EvaluationError, GateError
from include.autopilot.base.locations import Locations
from include.autopilot.champion.model import (
    champion_answers,
    version_plan,
)
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.drops.segments import Segments, segments_of
from include.autopilot.gate.choice import best_of, choice_words
from include.autopilot.gate.comparison import judge, not_comparable
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.history import looks_before
from include.autopilot.gate.looks import Looks, Pair, sealed
from include.autopilot.gate.lossrows import Places
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.stored import Answers, contenders, save_answers
from include.autopilot.gate.twofold import with_sealed
from include.autopilot.gate.verdict import Verdict
from include.autopilot.rows.places import row_places
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import RECENT
from include.autopilot.settings.segments import SegmentConfig
from include.autopilot.template.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Cut = Callable[[Sequence[str]], Sequence[Segments]]
"""Takes the keys of rows that were predicted, and returns what cuts them into segments."""


@dataclass(frozen=True)
class Asked:
    """The champion that the run asks.

    :param problems: holdout that judges -> why it cannot be asked that one.
    """

    version: Version
    problems: Mapping[str, str]


@dataclass(frozen=True)
class Challenger:
    """A model that a run made, and what it answered.

    :param run: the key of the run; ``title``: what the model is, for people; ``model``: the name in SageMaker.
    :param answers: holdout that judges -> what it answered.
    """

    run: str
    title: str
    model: str
    answers: Mapping[str, Answers]


@dataclass(frozen=True)
class Contest:
    """The comparison of one run's challengers with the champion: the best of them on the rows that judge is judged.

    :param segments: the columns that cut the rows which judge.
    """

    s3: S3Client
    plan: Plan
    gate: GateConfig
    challengers: Sequence[Challenger]
    segments: Sequence[SegmentConfig] = ()

    def verdict(self, asked: Asked | None, champion_output: str | None) -> tuple[Verdict, Challenger]:
        """Return the verdict by the first holdout, or where the champion cannot be asked that, by the sealed one."""
        first, *beside = self.plan.judges
        if asked is None:
            best = self._best(first)
            return self._told(first, self._compare(first, best, None, None)), best
        theirs, problems = self._champion(asked, champion_output)
        anew = self._anew(asked)
        if self.plan.decline and not anew and first.name in theirs and first.rows < self.gate.min_holdout_rows:
            # Few rows are enough only for who declined.
            problems[first.name] = f"{_few(first.rows, self.gate)}, and {self._another(asked)}."
            del theirs[first.name]
        if first.name not in theirs and beside and beside[0].name in theirs:
            best = self._best(beside[0])
            verdict = self._compare(beside[0], best, asked, theirs)
            return self._told(beside[0], verdict, problems[first.name]), best
        best = self._best(first)
        if first.name not in theirs:
            return self._not_comparable(first, best, asked, problems[first.name]), best
        verdict = self._compare(first, best, asked, theirs)
        if not beside or self.gate.judge_on != "both" or anew:
            return self._told(first, self._since(verdict, asked)), best
        if beside[0].name in theirs:
            sealed = self._compare(beside[0], best, asked, theirs, decides=False)
            return with_sealed(self._since(verdict, asked), sealed, self.gate), best
        return self._not_comparable(beside[0], best, asked, problems[beside[0].name]), best

    def _best(self, judge: PlannedHoldout) -> Challenger:
        if len(self.challengers) == 1:
            return self.challengers[0]
        return self.challengers[best_of(self._answered(judge), judged_by(self.plan.problem, self.gate))]

    def _answered(self, judge: PlannedHoldout) -> list[Contender]:
        return [
            replace(contenders(None, one.answers[judge.name])[1], model=one.title, kind=_kind(judge))
            for one in self.challengers
        ]

    def _anew(self, asked: Asked) -> bool:
        """Whether the champion is the one that declined, or was judged since that itself."""
        decline = self.plan.decline
        if decline is None or self.plan.judges[0].sealed:
            return False
        return (
            asked.version.version == decline.version
            or version_plan(self.s3, self.plan, asked.version).decline == decline
        )

    def _champion(self, asked: Asked, output: str | None) -> tuple[dict[str, Answers], dict[str, str]]:
        """Return what the champion answered, and why it did not, by holdout."""
        answers, problems = dict[str, Answers](), dict(asked.problems)
        for one in self.plan.judges:
            if one.name in problems:
                continue
            if output is None:
                raise GateError(f"{asked.version.label} was not asked. Clear the task create_champion of this run.")
            theirs = version_plan(self.s3, self.plan, asked.version)
            try:
                found = champion_answers(self.s3, self.plan, one, theirs, asked.version.model, output)
            except EvaluationError as error:
                problems[one.name] = str(error)
            else:
                save_answers(self.s3, self.plan.locations, found)
                answers[one.name] = found
        return answers, problems

    def _compare(
        self,
        judge: PlannedHoldout,
        best: Challenger,
        asked: Asked | None,
        theirs: Mapping[str, Answers] | None,
        decides: bool = True,
    ) -> Verdict:
        """Compare on one holdout.

        :param decides: whether its rows judge; if not, that is no look, and segments say nothing.
        """
        plan, gate, champion = self.plan, self.gate, asked.version if asked else None
        since = plan.decline.seen if plan.decline and asked and not judge.sealed and self._anew(asked) else None
        if since is not None:
            gate = gate.since_decline
        holdout = next(one.digest for one in plan.judges if one.sealed)
        counted = looks_at(self.s3, plan.locations, gate, holdout, since) if champion and decides else None
        verdict = compared(
            plan.problem,
            gate,
            best.answers[judge.name],
            theirs[judge.name] if theirs is not None else None,
            best.title,
            champion,
            partial(row_places, self.s3, judge.uri, plan.key),
            counted,
            champion is None or (plan.cutoff >= champion.moment and champion.model != best.model),
            _kind(judge),
            [one.model for one in self.challengers],
            cut_of(self.s3, plan, judge, self.segments) if decides else None,
        )
        told = choice_words(self._answered(judge), judged_by(plan.problem, gate)) if decides else ""
        return replace(verdict, sentence=f"{verdict.sentence} {told}".rstrip())

    def _not_comparable(self, judge: PlannedHoldout, best: Challenger, asked: Asked, problem: str) -> Verdict:
        _, contender = contenders(None, best.answers[judge.name])
        return not_comparable(replace(contender, model=best.title), name_of(asked.version), problem, self.gate)

    def _since(self, verdict: Verdict, asked: Asked) -> Verdict:
        """Say that the rows since a change judged, and whether the looks began anew."""
        decline = self.plan.decline
        if decline is None:
            return verdict
        told = f"Judged by rows since drop {decline.since}"
        anew = f"a decline was seen in drop {decline.seen}, and the looks began anew."
        told = f"{told}: {anew}" if self._anew(asked) else f"{told}, in the looks of before: {self._another(asked)}."
        return replace(verdict, sentence=f"{verdict.sentence} {told}")

    def _another(self, asked: Asked) -> str:
        declined = self.plan.decline.version if self.plan.decline else None
        return f"version {declined} declined, and {asked.version.label} is the champion now"

    def _told(self, judge: PlannedHoldout, verdict: Verdict, why: str | None = None) -> Verdict:
        """Say why the sealed rows judged where the recent ones were to.

        :param why: why the champion could not be asked the recent rows; None where there are too few of them.
        """
        if self.gate.judge_on == "sealed" or not judge.sealed or self.gate.mode == "disabled":
            return verdict
        few = f"{_few(sum(one.rows for one in self.plan.holdouts if not one.sealed), self.gate)}."
        if self.plan.decline:
            few = f"there are none since drop {self.plan.decline.since}, where a decline began."
        told = f"The sealed rows judged, not the recent ones: {why or few}"
        return replace(verdict, sentence=f"{verdict.sentence} {told}")


def compared(
    problem: Problem,
    gate: GateConfig,
    ours: Answers,
    theirs: Answers | None,
    name: str,
    champion: Version | None = None,
    places: Places | None = None,
    looks: Looks | None = None,
    promotable: bool = True,
    kind: str = "sealed",
    challengers: Sequence[str] = (),
    cut: Cut | None = None,
) -> Verdict:
    """Judge one challenger.

    :param challengers: the models that share the look; none: this one alone.
    :param cut: cuts the rows into segments; None: nothing does.
    """
    defender, challenger = contenders(theirs, ours)
    if defender is not None and champion is not None:
        defender = replace(defender, model=name_of(champion))
    challenger = replace(challenger, model=name, kind=kind)
    models = tuple(challengers) or (ours.model,)
    columns = cut(ours.keys) if cut else ()
    objective = judged_by(problem, gate)
    judged = partial(judge, defender, challenger, objective, gate, places, share=len(models), columns=columns)
    if theirs is None or looks is None:
        return judged()
    return looks.judged(Pair(models, theirs.model), judged, promotable)


def cut_of(s3: S3Client, plan: Plan, judge: PlannedHoldout, segments: Sequence[SegmentConfig]) -> Cut:
    """Return what cuts a holdout's rows into segments, see :func:`include.autopilot.drops.segments.segments_of`."""
    return partial(segments_of, s3, plan, judge, segments)


def looks_at(s3: S3Client, locations: Locations, gate: GateConfig, holdout: str, since: str | None = None) -> Looks:
    """Return the looks that share one error: at a sealed holdout, or at recent rows and where it takes their place.

    :param holdout: the digest of the file of the sealed one; the looks at it of before recent rows judged count, too.
    :param since: the event that began those at recent rows anew.
    """
    at_sealed = Looks(s3, locations, sealed(holdout), before=partial(looks_before, s3, locations, holdout))
    if gate.judge_on == "sealed":
        return at_sealed
    return Looks(s3, locations, RECENT, since, before=at_sealed.count if since is None else lambda: 0)


def name_of(version: Version) -> str:
    """Return what people call a champion."""
    return f"{version.label} of {version.moment:%Y-%m-%d}"


def _kind(judge: PlannedHoldout) -> str:
    return "sealed" if judge.sealed else RECENT


def _few(rows: int, gate: GateConfig) -> str:
    return f"they are {rows}, fewer than the {gate.min_holdout_rows} of gate.min_holdout_rows"
