"""How a run is judged: the champion answers the run's own holdout in the same run, and the gate compares.

Only the first holdout judges; beside recent rows the first sealed one is asked too, which judges where they cannot.
What was asked lies in the run's folder, ``champion/asked.json``; the verdict is ``verdict.json`` there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import ContractError, MissingObjectError, RunError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import marked
from include.autopilot.champion.contest import Asked, Challenger, Contest, Cut, compared, looks_at, name_of
from include.autopilot.champion.learned import learned_of
from include.autopilot.champion.model import (
    champion_model_request,
    champion_prediction_request,
    check_sealed,
    version_plan,
    write_champion_holdout,
)
from include.autopilot.champion.pointer import described_champion, store_of
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.secondchallenger import second_plan
from include.autopilot.drops.summary import scope_of
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.gate.stored import Answers, save_answers, stored_answers
from include.autopilot.gate.table import as_text
from include.autopilot.gate.verdict import Verdict
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.segments import SegmentConfig
from include.autopilot.template.problem import Problem
from include.autopilot.template.projection import Request
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)

_NO_SECOND = (
    "The second challenger could not be made, so only the other one was judged: the log of the task that failed, "
    "train_window or what follows it, says why."
)


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
    _save_asked(s3, plan, Asked(version, problems))
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
    segments: Sequence[SegmentConfig] = (),
) -> dict[str, Any]:
    """Compare the run's model, or the better one of two, with the champion and write ``verdict.json``.

    :param model: the name of the run's SageMaker model.
    :param champion_output: the S3OutputPath of the champion's prediction job; None if it was not asked.
    :param second: plan and model of a second challenger, where there is one; if the plan has one all the same, it could
        not be made.
    :param segments: the columns whose segments a promotion must not be worse in.
    :return: ``verdict``, ``compared`` (the champion, or None), ``run`` and ``model`` of the challenger that was judged,
        and ``synthetic``.
    :raises GateError: the holdout was changed, or the models cannot be compared on principle.
    :raises DropError: the holdout's rows cannot be cut into segments as asked.
    """
    for one in plan.judges:
        check_sealed(s3, one)
    asked = _asked(s3, plan)
    entered = [(plan, model), *([second] if second else [])]
    challengers = [Challenger(one.run, _title(one), named, _challenger(s3, one, named)) for one, named in entered]
    verdict, chosen = Contest(s3, plan, gate, challengers, segments).verdict(asked, champion_output)
    if plan.second and second is None:
        verdict = replace(verdict, sentence=f"{verdict.sentence} {_NO_SECOND}")
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
    s3: S3Client,
    locations: Locations,
    problem: Problem,
    gate: GateConfig,
    cut: Cut | None,
    challenger: Version,
    champion: Version,
) -> Verdict | None:
    """Judge from stored answers, against a champion that the run did not ask; None if they are not there.

    That is a look of its own at the rows. Both must have answered the sealed holdout that the challenger was judged on.

    :param cut: cuts its rows into segments; None: nothing does.
    """
    theirs = stored_answers(s3, locations, challenger.holdout, champion.model)
    ours = stored_answers(s3, locations, challenger.holdout, challenger.model)
    if theirs is None or ours is None:
        return None
    looks = looks_at(s3, locations, gate, challenger.holdout)
    return compared(problem, gate, ours, theirs, name_of(challenger), champion, looks=looks, cut=cut)


def put_forward(s3: S3Client, plan: Plan) -> Plan:
    """Return the plan of the challenger that was judged: the run's own, or that of its second one."""
    second, judged = second_plan(s3, plan), load_verdict(s3, plan)
    return second if second and judged and judged["run"] == second.run else plan


def _title(plan: Plan) -> str:
    since = f" that learned since {plan.decline.since}" if plan.beside and plan.decline else ""
    return f"the challenger of {plan.cutoff:%Y-%m-%d}{since}"


def _challenger(s3: S3Client, plan: Plan, model: str) -> dict[str, Answers]:
    """Return what the run's model answered, by holdout that judges, and keep it."""
    found = {}
    output = load_evaluation(s3, plan)["predictions"]
    for one, read in zip(plan.judges, read_predictions(s3, plan.problem, plan.judges, output), strict=True):
        found[one.name] = Answers(model, one.digest, read.keys, read.outcome)
        save_answers(s3, plan.locations, found[one.name])
    return found


def _asked(s3: S3Client, plan: Plan) -> Asked | None:
    try:
        found: Mapping[str, Any] | None = read_json(s3, _asked_uri(plan))
    except MissingObjectError as error:
        raise RunError(
            f"Run {plan.run} has not looked for a champion ({_asked_uri(plan)}). Clear its task create_champion."
        ) from error
    return None if found is None else Asked(Version(**found["version"]), found["problems"])


def _save_asked(s3: S3Client, plan: Plan, asked: Asked | None) -> None:
    write_json(s3, _asked_uri(plan), None if asked is None else asdict(asked))


def _asked_uri(plan: Plan) -> str:
    return plan.run_folder.asked


def _verdict_uri(plan: Plan) -> str:
    return plan.run_folder.verdict
