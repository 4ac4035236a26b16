"""How a run is judged: the champion answers the run's own holdout in the same run, and the gate compares.

Only the first holdout judges; beside recent rows the first sealed one is asked too, which judges where they cannot.
What was asked lies in the run's folder, ``champion/asked.json``; the verdict is ``verdict.json`` there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import ContractError, EvaluationError, GateError, MissingObjectError, RunError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import marked
from include.autopilot.champion.learned import learned_of
from include.autopilot.champion.model import (
    champion_answers,
    champion_model_request,
    champion_prediction_request,
    check_sealed,
    version_plan,
    write_champion_holdout,
)
from include.autopilot.champion.pointer import described_champion, store_of
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.drops.summary import scope_of
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.gate.choice import best_of
from include.autopilot.gate.comparison import judge, not_comparable
from include.autopilot.gate.history import looks_before
from include.autopilot.gate.looks import Looks, Pair, sealed
from include.autopilot.gate.lossrows import Places
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.stored import Answers, contenders, save_answers, stored_answers
from include.autopilot.gate.table import as_text
from include.autopilot.gate.twofold import with_sealed
from include.autopilot.gate.verdict import Verdict
from include.autopilot.rows.places import row_places
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import RECENT, SINCE_DECLINE
from include.autopilot.template.problem import Problem
from include.autopilot.template.projection import Request
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """The champion that the run asks.

    :param problems: holdout that judges -> why it cannot be asked that one.
    """

    version: Version
    problems: Mapping[str, str]


def champion_request(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan) -> Request | None:
    """Return the CreateModel request of the champion; None if there is none, none is wanted, or it cannot be asked.

    :raises GateError: the holdout was changed since the run was planned.
    """
    asks = config.gate.mode != "disabled" and not plan.options.dry_run
    found = described_champion(store_of(s3, sagemaker, config)) if asks else None
    if found is None:
        _save_asked(s3, plan, None)
        return None
    version, package = found[0].version, found[1]
    asked = version_plan(s3, plan, version)
    template = load_template(s3, plan.locations, asked.template)
    problems = {}
    for one in plan.judges:
        try:
            holdout = write_champion_holdout(s3, plan, one, asked, template)
        except ContractError as error:
            problems[one.name] = str(error)
        else:
            learned = learned_of(s3, plan, one, asked, template, holdout, config.identity)
            problems |= {} if learned is None else {one.name: learned}
    able = len(problems) < len(plan.judges)
    request = champion_model_request(s3, plan, version, package) if able else None
    _save_asked(s3, plan, _Asked(version, problems))
    return request


def prediction_request(s3: S3Client, plan: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request with which the champion predicts the holdouts that judge."""
    asked = _asked(s3, plan)
    if asked is None:
        raise RunError(f"Run {plan.run} asks no champion. Clear its task create_champion.")
    theirs = version_plan(s3, plan, asked.version)
    template = load_template(s3, plan.locations, theirs.template)
    return champion_prediction_request(template, plan, theirs, model_name)


def judge_run(
    s3: S3Client,
    gate: GateConfig,
    plan: Plan,
    model: str,
    champion_output: str | None,
    second: tuple[Plan, str] | None = None,
) -> dict[str, Any]:
    """Compare the run's model, or the better one of two, with the champion and write ``verdict.json``.

    :param model: the name of the run's SageMaker model.
    :param champion_output: the S3OutputPath of the champion's prediction job; None if it was not asked.
    :param second: plan and model of a second challenger, where there is one.
    :return: ``verdict``, ``compared`` (the champion, or None), ``run`` and ``model`` of the challenger that was judged,
        and ``synthetic``.
    :raises GateError: the holdout was changed, or the models cannot be compared on principle.
    """
    for one in plan.judges:
        check_sealed(s3, one)
    asked = _asked(s3, plan)
    entered = [(plan, model), *([second] if second else [])]
    challengers = [Challenger(one.run, _title(one), named, _challenger(s3, one, named)) for one, named in entered]
    verdict, chosen = _Judging(s3, plan, gate, challengers).verdict(asked, champion_output)
    content: dict[str, Any] = {
        "run": chosen.run,
        "model": chosen.model,
        "window": scope_of(next(one for one, _ in entered if one.run == chosen.run)),
        "verdict": verdict.as_json(),
        "compared": asdict(asked.version) if asked else None,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
    for challenging, _ in entered:
        write_json(s3, _verdict_uri(challenging), content)
    log.info("%s\n%s", marked(verdict.sentence, plan.source), as_text(content["verdict"]))
    return content


def load_verdict(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    """Return what :func:`judge_run` wrote; None if the run was not judged."""
    try:
        found: dict[str, Any] = read_json(s3, _verdict_uri(plan))
    except MissingObjectError:
        return None
    return found


def judge_again(
    s3: S3Client, locations: Locations, problem: Problem, gate: GateConfig, challenger: Version, champion: Version
) -> Verdict | None:
    """Judge from stored answers, against a champion that the run did not ask; None if they are not there.

    That is a look of its own at the rows. Both must have answered the sealed holdout that the challenger was judged on.
    """
    theirs = stored_answers(s3, locations, challenger.holdout, champion.model)
    ours = stored_answers(s3, locations, challenger.holdout, challenger.model)
    if theirs is None or ours is None:
        return None
    looks = _looks(s3, locations, challenger.holdout)
    return _compared(problem, gate, ours, theirs, _name(challenger), champion, looks=looks)


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
class _Judging:
    """The comparison of one run's challengers with the champion: the best of them on the rows that judge is judged."""

    s3: S3Client
    plan: Plan
    gate: GateConfig
    challengers: Sequence[Challenger]

    def verdict(self, asked: _Asked | None, champion_output: str | None) -> tuple[Verdict, Challenger]:
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
            sealed = self._compare(beside[0], best, asked, theirs, looks=False)
            return with_sealed(self._since(verdict, asked), sealed, self.gate), best
        return self._not_comparable(beside[0], best, asked, problems[beside[0].name]), best

    def _best(self, judge: PlannedHoldout) -> Challenger:
        answered = [contenders(None, one.answers[judge.name])[1] for one in self.challengers]
        return self.challengers[best_of(answered, judged_by(self.plan.problem, self.gate))]

    def _anew(self, asked: _Asked) -> bool:
        """Whether the champion is the one that declined, or was judged since that itself."""
        decline = self.plan.decline
        if decline is None or self.plan.judges[0].sealed:
            return False
        return (
            asked.version.version == decline.version
            or version_plan(self.s3, self.plan, asked.version).decline == decline
        )

    def _champion(self, asked: _Asked, output: str | None) -> tuple[dict[str, Answers], dict[str, str]]:
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
        asked: _Asked | None,
        theirs: Mapping[str, Answers] | None,
        looks: bool = True,
    ) -> Verdict:
        plan, gate, champion = self.plan, self.gate, asked.version if asked else None
        since = plan.decline.seen if plan.decline and asked and not judge.sealed and self._anew(asked) else None
        if since is not None:
            gate = replace(gate, min_holdout_rows=min(gate.min_holdout_rows, SINCE_DECLINE))
        counted = None
        if champion is not None and looks:
            recent = Looks(self.s3, plan.locations, RECENT, since)
            counted = _looks(self.s3, plan.locations, judge.digest) if judge.sealed else recent
        return _compared(
            plan.problem,
            gate,
            best.answers[judge.name],
            theirs[judge.name] if theirs is not None else None,
            best.title,
            champion,
            partial(row_places, self.s3, judge.uri, plan.key),
            counted,
            champion is None or plan.cutoff >= champion.moment,
            "sealed" if judge.sealed else RECENT,
            [one.model for one in self.challengers],
        )

    def _not_comparable(self, judge: PlannedHoldout, best: Challenger, asked: _Asked, problem: str) -> Verdict:
        _, contender = contenders(None, best.answers[judge.name])
        return not_comparable(replace(contender, model=best.title), _name(asked.version), problem, self.gate)

    def _since(self, verdict: Verdict, asked: _Asked) -> Verdict:
        """Say that the rows since a change judged, and whether the looks began anew."""
        decline = self.plan.decline
        if decline is None:
            return verdict
        told = f"Judged by rows since drop {decline.since}"
        anew = f"a decline was seen in drop {decline.seen}, and the looks began anew."
        told = f"{told}: {anew}" if self._anew(asked) else f"{told}, in the looks of before: {self._another(asked)}."
        return replace(verdict, sentence=f"{verdict.sentence} {told}")

    def _another(self, asked: _Asked) -> str:
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


def _compared(
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
) -> Verdict:
    """Judge one challenger.

    :param challengers: the models that share the look; none: this one alone.
    """
    defender, challenger = contenders(theirs, ours)
    if defender is not None and champion is not None:
        defender = replace(defender, model=_name(champion))
    challenger = replace(challenger, model=name, kind=kind)
    models = tuple(challengers) or (ours.model,)
    compared = partial(judge, defender, challenger, judged_by(problem, gate), gate, places, share=len(models))
    if theirs is None or looks is None:
        return compared()
    return looks.judged(Pair(models, theirs.model), compared, promotable)


def _looks(s3: S3Client, locations: Locations, holdout: str) -> Looks:
    return Looks(s3, locations, sealed(holdout), before=partial(looks_before, s3, locations, holdout))


def _name(version: Version) -> str:
    return f"{version.label} of {version.moment:%Y-%m-%d}"


def _title(plan: Plan) -> str:
    return f"the challenger of {plan.cutoff:%Y-%m-%d}"


def _few(rows: int, gate: GateConfig) -> str:
    return f"they are {rows}, fewer than the {gate.min_holdout_rows} of gate.min_holdout_rows"


def _challenger(s3: S3Client, plan: Plan, model: str) -> dict[str, Answers]:
    """Return what the run's model answered, by holdout that judges, and keep it."""
    found = {}
    output = load_evaluation(s3, plan)["predictions"]
    for one, read in zip(plan.judges, read_predictions(s3, plan.problem, plan.judges, output), strict=True):
        found[one.name] = Answers(model, one.digest, read.keys, read.outcome)
        save_answers(s3, plan.locations, found[one.name])
    return found


def _asked(s3: S3Client, plan: Plan) -> _Asked | None:
    try:
        found: Mapping[str, Any] | None = read_json(s3, _asked_uri(plan))
    except MissingObjectError as error:
        raise RunError(
            f"Run {plan.run} has not looked for a champion ({_asked_uri(plan)}). Clear its task create_champion."
        ) from error
    return None if found is None else _Asked(Version(**found["version"]), found["problems"])


def _save_asked(s3: S3Client, plan: Plan, asked: _Asked | None) -> None:
    write_json(s3, _asked_uri(plan), None if asked is None else asdict(asked))


def _asked_uri(plan: Plan) -> str:
    return plan.run_folder.asked


def _verdict_uri(plan: Plan) -> str:
    return plan.run_folder.verdict
