"""One retraining, step by step, as the DAG calls it: a function takes the run's plan and what earlier steps returned.

prepare -> check drift, pre-flight -> seal -> (featurize) -> guard -> (train) -> (create model) -> (predict) -> judge ->
register -> promote -> report. What stands in brackets is SageMaker's work: see :mod:`include.autopilot.flows.jobs`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import OptionsError, RunError
from include.autopilot.base.folders import RunFolder
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import REGRESSION
from include.autopilot.base.source import combine, marked
from include.autopilot.candidate.contract import Contract
from include.autopilot.champion import judging
from include.autopilot.drift.baselinedrops import baseline_of
from include.autopilot.drops import classes
from include.autopilot.drops.findings import refuse, tell
from include.autopilot.drops.firstcolumns import first_contract
from include.autopilot.drops.guard import check_leaks
from include.autopilot.drops.holdouts import (
    Holdout,
    check_holdouts,
    copy_holdout,
    held_out,
    read_holdouts,
    stray_holdouts,
)
from include.autopilot.drops.identitycheck import check_rows
from include.autopilot.drops.ignored import check_ignored
from include.autopilot.drops.listing import Drop, list_drops, visible_drops
from include.autopilot.drops.manifest import (
    to_featurize,
    write_fit_manifest,
    write_manifests,
)
from include.autopilot.drops.plan import (
    Path,
    Plan,
    PlannedDecline,
    PlannedDrop,
    PlannedHoldout,
    find_plan,
    save_plan,
)
from include.autopilot.drops.planning import Featurizing, RunDrops, in_window
from include.autopilot.drops.preparation import rules_of
from include.autopilot.drops.recentside import recent_side
from include.autopilot.drops.remarks import contents_of, remarks_of
from include.autopilot.drops.runrows import rows_of_drops
from include.autopilot.drops.sealing import seal_run
from include.autopilot.drops.searchkeys import searched
from include.autopilot.drops.secondchallenger import second_plan, with_second
from include.autopilot.drops.segments import segments_of
from include.autopilot.drops.summary import summary_of
from include.autopilot.drops.supersede import supersede
from include.autopilot.evaluation.measured import evaluate_run
from include.autopilot.flows.jobs import Batch, Job
from include.autopilot.gate.objective import judged_by
from include.autopilot.requests import searchagain
from include.autopilot.requests.origin import usable_template
from include.autopilot.requests.preview import SECOND
from include.autopilot.requests.retune import objective_of, planned_retune
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.options import RunOptions
from include.autopilot.settings.window import Newest
from include.autopilot.template.problem import problem_of
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def prepare(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    cutoff: datetime,
    options: RunOptions,
    key: str,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Check everything that can be checked for free, prepare the drops, and write the run's plan.

    :param cutoff: the run sees drops dated up to here.
    :param key: the run's name in S3, see :func:`include.autopilot.base.cutoff.run_key`.
    :param now: when the run began; what is dated later is told. None: the cutoff.
    :return: ``plan`` (its address) and ``summary`` (what the run will use, for people).
    :raises AutopilotError: the run cannot succeed; the message says what to do first.
    """
    locations = Locations(config.root)
    template = usable_template(s3, sagemaker, config, cutoff)
    path = _path(config, template, options)
    listing = list_drops(s3, locations)
    visible = visible_drops(listing.drops, cutoff, locations.drops)
    decline = _decline(s3, sagemaker, config, cutoff)
    window = options.window(config.window)
    scope = in_window(visible, window, cutoff)
    check_ignored(s3, config, visible, searches=path == "search_again")
    contract = _contract(s3, config, template, visible[0])
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore, f"{config.name}_search")
    check_holdouts(s3, config, holdouts, key)
    with held_out(holdouts) as held:
        rules = rules_of(
            contract, config.ignore, config.validation_fraction, holdouts, held, config.identity.same_row,
            f"{config.name}_search",
        )  # fmt: skip
        run_drops = RunDrops(s3, config, rules, key)
        run_drops.check_gone(scope, cutoff, not isinstance(window, Newest))
        featurizing = Featurizing(template.digest, key, path)
        planned = run_drops.plan(scope, featurizing)
        with rows_of_drops(run_drops.bundle, planned) as table:
            findings = check_rows(run_drops.bundle, planned, table, held, config.identity, f"{config.name}.yaml")
            if path != "search_again":
                findings += searched(s3, locations, template.searched_until, held)
            tell(findings)
            refuse(findings)
            side = recent_side(
                s3, config, run_drops, visible, featurizing, planned, table, contract, locations.run(key).recent,
                decline,
            )  # fmt: skip
            planned, conflicts = supersede(s3, run_drops.bundle, side.drops, table, side.aside)
        baseline = baseline_of(s3, run_drops, visible, template, contract)
    holdouts = _in_order(config, holdouts, side.holdout, decline)
    used = [drop.kept for drop in planned if drop.repeats is None]
    probabilities = config.inference_output == "probabilities"
    problem = problem_of(classes.labelled(template, used), probabilities)
    judged_by(problem, config.gate)
    plan = Plan(
        model=config.name,
        title=config.title,
        root=config.root,
        key=config.key,
        run=key,
        cutoff=cutoff,
        options=options,
        template=template.digest,
        automl_job=template.automl_job,
        candidate=template.candidate,
        problem=problem,
        drops=planned,
        holdouts=_write_holdouts(s3, locations.run(key), holdouts, contract, config),
        source=combine([*run_drops.sources(scope), *(holdout.source for holdout in holdouts), template.source]),
        notes=config.notes,
        columns=contract.columns,
        path=path,
        conflicts=conflicts,
        identity=tuple(findings),
        baseline=baseline,
        sse=config.encryption.sse if config.encryption else None,
        kms_key=config.kms_key,
        approval=config.approval,
        decline=decline,
        window=window,
        retune=planned_retune(s3, sagemaker, locations, key, template.digest, config.retunes)
        if options.recipe == "retune" and config.retunes
        else None,
    )
    run_drops.keep()
    _check(s3, config, plan, holdouts)
    plan = replace(plan, first=_first(s3, plan))
    remarks = (*remarks_of(plan, listing, holdouts, now or cutoff), *stray_holdouts(s3, config))
    for remark in remarks:
        log.warning("%s", marked(remark, plan.source))
    told = classes.notes_of(problem, used, holdouts, path)
    plan, second = with_second(replace(plan, notes=(*plan.notes, *told, *remarks)), f"{config.name}_search")
    if second is not None:
        save_plan(s3, second)
    summary = summary_of(plan, len(to_featurize(s3, plan)))
    log.info("%s", marked(summary["sentence"], plan.source))
    if plan.window == "auto" and decline:
        log.warning("%s", marked(plan.notes[-1], plan.source))
    return {"plan": save_plan(s3, plan), "summary": summary}


def check_drift(s3: S3Client, config: ModelConfig, plan: Plan) -> dict[str, Any]:
    """Compare the run's drops with the baseline; see :func:`include.autopilot.drift.check.check_drift`."""
    # scipy takes more than a second to import, and no other step of a run needs it.
    from include.autopilot.drift import check

    return check.check_drift(s3, config, plan)


def seal(s3: S3Client, config: ModelConfig, plan: Plan, at_most: int) -> list[Batch]:
    """Seal what the run uses, and return its drops whose features are to be made, in batches; of a dry run none.

    :param at_most: how many batches.
    """
    if plan.options.dry_run:
        return []
    seal_run(s3, config, plan)
    if plan.path == "refit":
        write_fit_manifest(s3, plan)
    return [_batch(drops) for drops in batches(to_featurize(s3, plan), at_most)]


def guard(s3: S3Client, config: ModelConfig, plan: Plan) -> dict[str, Any]:
    """List what the training or the search will read, and stop the run if a row must not be there.

    :raises RunError: features are missing.
    :raises LeakError: a row must not be there.
    """
    if plan.options.dry_run:
        # Only who clears this very task comes here: a dry run ends before.
        raise RunError("This is a dry run, which starts no job. Start another run.")
    second = second_plan(s3, plan)
    if second is not None:
        write_inputs(s3, second)
        check_leaks(s3, config, second)
    write_inputs(s3, plan)
    return check_leaks(s3, config, plan)


def write_inputs(s3: S3Client, plan: Plan) -> None:
    """Write the manifests over the features that are really there, or the table of a search.

    :raises RunError: features are missing.
    """
    if plan.path == "search_again":
        searchagain.write_table(s3, plan)
    else:
        write_manifests(s3, plan)


def judge(
    s3: S3Client,
    config: ModelConfig,
    plan: Plan,
    created: Job,
    predicted: Job,
    asked: Job | None = None,
    second: str | None = None,
) -> dict[str, Any]:
    """Measure the predictions of the holdouts, then compare the model with the champion.

    :param asked: the champion's prediction job; None where it was not asked.
    :param second: the model of the second challenger, of which the predictions are measured; None without one, and
        where it could not be made: the verdict says so then.
    :return: ``model``, that which was judged, and what the verdict says.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    evaluate_run(s3, plan, predicted["uri"])
    theirs = second_plan(s3, plan)
    other = (theirs, second) if theirs and second else None
    output = asked["uri"] if asked else None
    judged = judging.judge_run(s3, config.gate, plan, created["name"], output, other, config.segments)
    told = {name: judged["verdict"][name] for name in ("decision", "reason", "sentence", "promotes")}
    return {"model": judged["model"], **told}


def measure_second(s3: S3Client, plan: Plan, jobs: Sequence[Job], predicted: Job | None) -> str | None:
    """Measure the second challenger's predictions of the holdouts; return the name of its model.

    :param jobs: the run's jobs so far.
    :param predicted: its prediction job; None where that failed.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    if predicted is None:
        return None
    evaluate_run(s3, plan, predicted["uri"])
    return next(str(job["name"]) for job in jobs if job["step"] == SECOND["create_model"])


def batches(wanted: Sequence[PlannedDrop], at_most: int) -> list[Sequence[PlannedDrop]]:
    """Deal drops out to at most so many batches, as evenly as can be, in their order.

    :param at_most: 1 or more.
    """
    count = min(len(wanted), at_most)
    return [wanted[len(wanted) * one // count : len(wanted) * (one + 1) // count] for one in range(count)]


def _batch(drops: Sequence[PlannedDrop]) -> Batch:
    names = [drop.name for drop in drops]
    return {"name": names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}", "drops": names}


def _path(config: ModelConfig, template: Template, options: RunOptions) -> Path:
    """Return the way to the model that the recipe means.

    :raises TemplateError: the recipe cannot be followed with this template.
    :raises OptionsError: the model's YAML has nothing of a retune, or the form says of a search what none is told.
    """
    if options.recipe == "retune":
        if config.retunes is None:
            raise OptionsError(
                f"recipe: retune needs retune in {config.name}.yaml: its tasks come with it. Add retune: "
                "{jobs: 20, parallel: 2}, or choose replay."
            )
        objective_of(template)
    if options.recipe != "search" and template.replay:
        return options.featurizer
    if template.repeatable and options.of_trainings:
        other = ", or choose another recipe" if template.replay else ""
        raise OptionsError(
            "This run searches again, with the instances and limits of the search that it repeats: leave "
            f"{', '.join(options.of_trainings)} empty{other}."
        )
    return "search_again"


def _contract(s3: S3Client, config: ModelConfig, template: Template, first: Drop) -> Contract:
    """Return what the run's files must satisfy: the candidate's columns, or where it left none the first drop's."""
    if template.replay is not None:
        return template.schema.keyed(config.key)
    regression = template.problem_type == REGRESSION
    return first_contract(s3, config, [first], regression)


def _write_holdouts(
    s3: S3Client, folder: RunFolder, holdouts: Sequence[Holdout], contract: Contract, config: ModelConfig
) -> tuple[PlannedHoldout, ...]:
    planned = []
    for holdout in holdouts:
        search = f"{config.name}_search"
        uri = copy_holdout(s3, holdout, folder.holdout(holdout.name), contract, config.ignore, search)
        planned.append(
            PlannedHoldout(
                holdout.name, holdout.uri, holdout.digest, len(holdout.keys), uri, holdout.name in config.holdouts
            )
        )
    return tuple(planned)


def _decline(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime) -> PlannedDecline | None:
    """Return the decline since which the run judges; None where sealed rows judge, which know of no change."""
    if config.gate.judge_on == "sealed" or config.gate.mode == "disabled":
        return None
    # scipy takes more than a second to import.
    from include.autopilot.exams.declined import decline_at

    return decline_at(s3, sagemaker, config, cutoff)


def _in_order(
    config: ModelConfig, sealed: Sequence[Holdout], recent: Holdout | None, decline: PlannedDecline | None
) -> tuple[Holdout, ...]:
    """Return the holdouts, the one that judges first: the recent rows, if there are enough of them."""
    if recent is None:
        return tuple(sealed)
    judge = config.gate.recent_judge(len(recent.keys), decline is not None)
    return (recent, *sealed) if judge else (*sealed, recent)


def _first(s3: S3Client, plan: Plan) -> Mapping[str, str] | None:
    """Return what the run was made of when it was prepared first; None where that is now."""
    before = find_plan(s3, plan.run_folder)
    return None if before is None else before.first or contents_of(before.drops)


def _check(s3: S3Client, config: ModelConfig, plan: Plan, holdouts: Sequence[Holdout]) -> None:
    """Refuse a run of whose rows no model can be made, or none be judged."""
    _check_rows(plan)
    searchagain.check_rows(plan)
    classes.check_training(plan.problem, [drop.kept for drop in plan.used], f"{config.name}_search", plan.path)
    classes.check_holdouts(plan.problem, holdouts)
    for planned, holdout in zip(plan.holdouts, holdouts, strict=True):
        if planned in plan.judges:
            segments_of(s3, plan, planned, config.segments, holdout.keys)


def _check_rows(plan: Plan) -> None:
    if plan.training_rows and plan.validation_rows:
        return
    narrow = plan.window.words if isinstance(plan.window, Newest) else ""
    which = f"The drops ({narrow})" if narrow else "The drops"
    recent = sum(drop.judging for drop in plan.drops)
    raise RunError(
        f"{which} up to {plan.cutoff.isoformat()} leave {plan.training_rows} training and {plan.validation_rows} "
        f"validation rows after the holdouts are taken out{f' ({recent} recent rows judge)' if recent else ''}; both "
        f"are needed. Deliver more rows{', or take more drops (window in the YAML, the data scope)' if narrow else ''}."
    )
