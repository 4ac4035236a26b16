"""What a run does after its verdict: register the version, write the ledger, and promote or keep."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.source import marked
from include.autopilot.candidate.descriptions import describe
from include.autopilot.champion.contest import cut_of
from include.autopilot.champion.judging import judge_again, load_verdict, put_forward
from include.autopilot.champion.ledger import Record, enter
from include.autopilot.champion.modelpackage import package_request
from include.autopilot.champion.modelquality import write_quality
from include.autopilot.champion.pointer import ModelStore, read_champion, store_of
from include.autopilot.champion.promotion import Approval, JudgeAgain, Proposal, promote, record_approval
from include.autopilot.champion.revision import code_revision
from include.autopilot.champion.runrecord import run_record
from include.autopilot.champion.version import Version, version_of
from include.autopilot.cost.spending import run_of, write_cost
from include.autopilot.drift.baseline import find_baseline
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.gate.table import as_markdown
from include.autopilot.gate.verdict import verdict_of
from include.autopilot.s3.objects import read_json, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


def register_run(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan, model: str, at: str
) -> dict[str, Any]:
    """Register the run's model, whatever the verdict, and write the run's record into the ledger.

    :param model: the name of the run's SageMaker model.
    :param at: ISO 8601: the instant for which Airflow started the run.
    :return: ``arn``, ``version``, ``record``, ``asks`` (whether a person has to approve), ``subject`` and ``body`` (the
        comparison in Markdown).
    :raises RunError: the run was not judged yet.
    """
    plan = put_forward(s3, plan)
    store = store_of(s3, sagemaker, config)
    judged, evaluation, revision = _judged(s3, plan), load_evaluation(s3, plan), code_revision()
    baseline = find_baseline(s3, plan.baseline.folder) if plan.baseline else None
    described = describe(sagemaker, "Model", model)
    request = package_request(plan, described, evaluation, write_quality(s3, plan, evaluation), baseline, revision)
    store.registry.ensure_group(plan.model, plan.title)
    version = version_of(store.registry.register(request))
    record = plan.locations.record(plan.run, version.version)
    cost = write_cost(s3, sagemaker, plan.locations, run_of(plan), config.prices)
    enter(s3, record, run_record(s3, plan, version, evaluation, judged, cost, revision, at))
    log.info("%s", marked(f"{version.label} of {plan.model}: {version.arn}", plan.source))
    return {
        "arn": version.arn,
        "version": version.version,
        "record": record,
        "asks": plan.approval == "required" and _may_be_promoted(store, version, judged),
        "subject": marked(f"Promote {version.label} of {plan.title}?", plan.source),
        "body": _body(plan, version, judged),
    }


def promote_run(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    plan: Plan,
    arn: str,
    approval: Approval | None,
    at: str,
) -> Record:
    """Promote the run's version, or keep the champion; write ``promotion.json`` and return it.

    :param arn: of the version.
    :param approval: what a person answered; None if nobody was asked.
    """
    plan = put_forward(s3, plan)
    store = store_of(s3, sagemaker, config)
    proposal = _proposal(store, plan, arn, approval, at)
    record_approval(store, proposal)
    cut = cut_of(s3, plan, plan.judges[0], config.segments)
    again: JudgeAgain = partial(judge_again, s3, plan.locations, plan.problem, config.gate, cut, proposal.version)
    if not plan.holdouts[0].sealed:
        # Nobody but the champion that the run asked was looked at for these rows.
        again = _not_again
    found = promote(store, proposal, again)
    write_json(s3, _promotion_uri(plan), found)
    log.info("%s: %s. %s", proposal.version.label, found["kind"], found["sentence"])
    return found


def load_promotion(s3: S3Client, plan: Plan) -> Record | None:
    """Return what became of a run's version; None before :func:`promote_run`."""
    try:
        found: Record = read_json(s3, _promotion_uri(plan))
    except MissingObjectError:
        return None
    return found


def _not_again(champion: Version) -> None:
    """Leave a champion that the run did not ask where it is."""


def _proposal(store: ModelStore, plan: Plan, arn: str, approval: Approval | None, at: str) -> Proposal:
    judged = _judged(store.s3, plan)
    return Proposal(
        version=version_of(store.registry.describe(arn)),
        verdict=verdict_of(judged["verdict"]),
        compared=judged["compared"]["arn"] if judged["compared"] else None,
        at=at,
        needs_approval=plan.approval == "required",
        approval=approval,
        source=plan.source,
    )


def _may_be_promoted(store: ModelStore, version: Version, judged: dict[str, Any]) -> bool:
    """Whether a person's answer could change anything: no older version replaces a newer one."""
    champion, _ = read_champion(store)
    older = champion is not None and version.moment < champion.version.moment
    return verdict_of(judged["verdict"]).promotes and not older


def _judged(s3: S3Client, plan: Plan) -> dict[str, Any]:
    found = load_verdict(s3, plan)
    if found is None:
        raise RunError(f"Run {plan.run} was not judged. Clear its task judge.")
    return found


def _body(plan: Plan, version: Version, judged: dict[str, Any]) -> str:
    verdict = judged["verdict"]
    report = f"Run `{plan.run}`, predictions and verdict in `{plan.folder}/`. Version: `{version.arn}`."
    return "\n\n".join([marked(verdict["sentence"], plan.source), as_markdown(verdict), report])


def _promotion_uri(plan: Plan) -> str:
    return plan.run_folder.promotion
