"""How a run is judged: the champion answers the run's own holdout in the same run, and the gate compares.

Only the first holdout judges. What was asked lies in the run's folder, ``champion/asked.json``; the verdict with its
numbers is ``verdict.json`` there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
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
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.gate.comparison import judge, not_comparable
from include.autopilot.gate.history import looks_before
from include.autopilot.gate.looks import Looks, Pair, sealed
from include.autopilot.gate.lossrows import Places
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.stored import Answers, contenders, save_answers, stored_answers
from include.autopilot.gate.table import as_text
from include.autopilot.gate.verdict import Verdict
from include.autopilot.rows.places import row_places
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.gate import GateConfig
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

    :param problem: why it cannot be asked; None if it can.
    """

    version: Version
    problem: str | None


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
    try:
        holdout = write_champion_holdout(s3, plan, asked, template)
    except ContractError as error:
        _save_asked(s3, plan, _Asked(version, str(error)))
        return None
    learned = learned_of(s3, plan, asked, template, holdout, config.identity)
    if learned is not None:
        _save_asked(s3, plan, _Asked(version, learned))
        return None
    request = champion_model_request(s3, plan, version, package)
    _save_asked(s3, plan, _Asked(version, None))
    return request


def prediction_request(s3: S3Client, plan: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request with which the champion predicts the run's holdout."""
    asked = _asked(s3, plan)
    if asked is None:
        raise RunError(f"Run {plan.run} asks no champion. Clear its task create_champion.")
    theirs = version_plan(s3, plan, asked.version)
    template = load_template(s3, plan.locations, theirs.template)
    return champion_prediction_request(template, plan, theirs, model_name)


def judge_run(s3: S3Client, gate: GateConfig, plan: Plan, model: str, champion_output: str | None) -> dict[str, Any]:
    """Compare the run's model with the champion and write ``verdict.json``.

    :param model: the name of the run's SageMaker model.
    :param champion_output: the S3OutputPath of the champion's prediction job; None if it was not asked.
    :return: ``verdict``, ``compared`` (the champion, or None) and ``synthetic``.
    :raises GateError: the holdout was changed, or the models cannot be compared on principle.
    """
    check_sealed(s3, plan)
    challenger = _challenger(s3, plan, model)
    save_answers(s3, plan.locations, challenger)
    asked = _asked(s3, plan)
    verdict = _verdict(s3, plan, gate, challenger, asked, champion_output)
    content: dict[str, Any] = {
        "verdict": verdict.as_json(),
        "compared": asdict(asked.version) if asked else None,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
    write_json(s3, _verdict_uri(plan), content)
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

    That is a look of its own at the rows. Both must have answered the holdout that the challenger was judged on.
    """
    theirs = stored_answers(s3, locations, challenger.holdout, champion.model)
    ours = stored_answers(s3, locations, challenger.holdout, challenger.model)
    if theirs is None or ours is None:
        return None
    looks = _looks(s3, locations, challenger.holdout)
    return _compared(problem, gate, ours, theirs, _name(challenger), champion, looks=looks)


def _places(s3: S3Client, plan: Plan) -> Places:
    """Return what finds the judging rows that a verdict names."""
    return partial(row_places, s3, plan.holdouts[0].uri, plan.key)


def _verdict(
    s3: S3Client, plan: Plan, gate: GateConfig, challenger: Answers, asked: _Asked | None, champion_output: str | None
) -> Verdict:
    name = f"the challenger of {plan.cutoff:%Y-%m-%d}"
    if asked is None:
        return _compared(plan.problem, gate, challenger, None, name, places=_places(s3, plan))
    problem = asked.problem
    if problem is None:
        if champion_output is None:
            raise GateError(f"{asked.version.label} was not asked. Clear the task create_champion of this run.")
        theirs = version_plan(s3, plan, asked.version)
        try:
            answers = champion_answers(s3, plan, theirs, asked.version.model, champion_output)
        except EvaluationError as error:
            problem = str(error)
        else:
            save_answers(s3, plan.locations, answers)
            looks = _looks(s3, plan.locations, challenger.holdout)
            promotable = plan.cutoff >= asked.version.moment
            return _compared(
                plan.problem, gate, challenger, answers, name, asked.version, _places(s3, plan), looks, promotable
            )
    _, contender = contenders(None, challenger)
    return not_comparable(replace(contender, model=name), _name(asked.version), problem, gate)


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
) -> Verdict:
    defender, challenger = contenders(theirs, ours)
    if defender is not None and champion is not None:
        defender = replace(defender, model=_name(champion))
    compared = partial(judge, defender, replace(challenger, model=name), judged_by(problem, gate), gate, places)
    if theirs is None or looks is None:
        return compared()
    return looks.judged(Pair((ours.model,), theirs.model), compared, promotable)


def _looks(s3: S3Client, locations: Locations, holdout: str) -> Looks:
    return Looks(s3, locations, sealed(holdout), before=partial(looks_before, s3, locations, holdout))


def _name(version: Version) -> str:
    return f"{version.label} of {version.moment:%Y-%m-%d}"


def _challenger(s3: S3Client, plan: Plan, model: str) -> Answers:
    output = load_evaluation(s3, plan)["predictions"]
    first = plan.holdouts[0]
    (found,) = read_predictions(s3, plan.problem, (first,), output)
    return Answers(model, first.digest, found.keys, found.outcome)


def _asked(s3: S3Client, plan: Plan) -> _Asked | None:
    try:
        found: Mapping[str, Any] | None = read_json(s3, _asked_uri(plan))
    except MissingObjectError as error:
        raise RunError(
            f"Run {plan.run} has not looked for a champion ({_asked_uri(plan)}). Clear its task create_champion."
        ) from error
    return None if found is None else _Asked(Version(**found["version"]), found["problem"])


def _save_asked(s3: S3Client, plan: Plan, asked: _Asked | None) -> None:
    write_json(s3, _asked_uri(plan), None if asked is None else asdict(asked))


def _asked_uri(plan: Plan) -> str:
    return plan.run_folder.asked


def _verdict_uri(plan: Plan) -> str:
    return plan.run_folder.verdict
