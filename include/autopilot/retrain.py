"""One retraining, step by step. Each function is one task: it reads the plan, does its part, and returns plain JSON.

The order is prepare -> (featurize jobs) -> training_request -> (training job) -> model_request -> (model) ->
prediction_request -> (transform job) -> evaluate -> report. What stands in brackets is SageMaker's work; this module
only says what to ask for. Two other paths join it: a featurizer that is fitted again (fit_request -> (training job) ->
featurizer_request -> (model)) comes before the featurize jobs, and a candidate without steps is searched again
(search_again_request -> (Autopilot job)) instead of featurizing and training.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.candidate import find_candidate
from include.autopilot.config import ModelConfig
from include.autopilot.contract import Contract, contract_of_header
from include.autopilot.data import classes
from include.autopilot.data.csvlines import encode_file
from include.autopilot.data.dropheader import read_header
from include.autopilot.data.dropplan import Delivery, Featurizing, in_scope
from include.autopilot.data.drops import Drop, list_drops, visible_drops
from include.autopilot.data.holdouts import Holdout, check_holdouts, read_holdouts
from include.autopilot.data.manifest import to_featurize, write_fit_manifest, write_manifests
from include.autopilot.data.preparation import rules_of
from include.autopilot.data.supersede import supersede
from include.autopilot.drift.baselinedrops import baseline_of
from include.autopilot.errors import RunError
from include.autopilot.gate.gateobjective import judged_by
from include.autopilot.locations import Locations
from include.autopilot.objects import write
from include.autopilot.options import RunOptions
from include.autopilot.plan import Path, Plan, PlannedHoldout, load_plan, save_plan
from include.autopilot.problem import problem_of
from include.autopilot.report.metrics import REGRESSION
from include.autopilot.report.summary import summary_of
from include.autopilot.requests import refit, requests, searchagain
from include.autopilot.requests.origin import usable_template
from include.autopilot.requests.projection import Request
from include.autopilot.source import combine, marked
from include.autopilot.template import Template, load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def prepare(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, options: RunOptions, key: str
) -> dict[str, Any]:
    """Check everything that can be checked for free, prepare the drops, and write the run's plan.

    :param cutoff: the run sees drops dated up to here.
    :param key: the run's name in S3, see :func:`include.autopilot.cutoff.run_key`.
    :return: ``plan`` (its address) and ``summary`` (what the run will use, for people).
    :raises AutopilotError: the run cannot succeed; the message says what to do first.
    """
    locations = Locations(config.root)
    template = usable_template(s3, sagemaker, config, cutoff)
    path: Path = options.featurizer if template.replay else "search_again"
    visible = visible_drops(list_drops(s3, locations), cutoff, locations.drops)
    scope = in_scope(visible, options)
    contract = _contract(s3, config, template, visible[0])
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore, f"{config.name}_search")
    check_holdouts(s3, config, holdouts, key)
    rules = rules_of(contract, config.ignore, config.validation_fraction, holdouts, f"{config.name}_search")
    delivery = Delivery(s3, config, rules, key)
    delivery.check_gone(scope, cutoff, options.scope == "full")
    planned, conflicts = supersede(s3, delivery.bundle, delivery.plan(scope, Featurizing(template.digest, key, path)))
    used = [drop.kept for drop in planned if drop.repeats is None]
    probabilities = config.inference_output == "probabilities"
    problem = problem_of(classes.labelled(template, used), template.pipeline, probabilities)
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
        holdouts=_write_holdouts(s3, f"{locations.run(key)}/holdout", holdouts),
        source=combine(
            [
                *(delivery.see(drop).content.source for drop in scope),
                *(holdout.source for holdout in holdouts),
                template.source,
            ]
        ),
        notes=config.notes,
        columns=contract.columns,
        path=path,
        conflicts=conflicts,
        baseline=baseline_of(s3, delivery, visible, template, contract),
    )
    delivery.keep()
    _check_rows(plan)
    searchagain.check_rows(plan)
    classes.check_training(problem, used, f"{config.name}_search", path)
    classes.check_holdouts(problem, holdouts)
    plan = replace(plan, notes=(*plan.notes, *classes.notes_of(problem, used, holdouts, path)))
    summary = summary_of(plan, len(to_featurize(s3, plan)))
    log.info("%s", marked(summary["sentence"], plan.source))
    return {"plan": save_plan(s3, plan), "summary": summary}


def path_of(s3: S3Client, plan_uri: str) -> Path:
    """Return how the run makes its model."""
    return load_plan(s3, plan_uri).path


def fit_request(s3: S3Client, plan_uri: str) -> Request:
    """Write the manifest over the rows to fit the featurizer on, and return the CreateTrainingJob request."""
    plan, template = _load(s3, plan_uri)
    return refit.fit_request(template, plan, write_fit_manifest(s3, plan))


def featurizer_request(s3: S3Client, plan_uri: str, artifact_uri: str) -> Request:
    """Return the CreateModel request of the model that featurizes training data.

    :param artifact_uri: the new featurizer's ``model.tar.gz``.
    """
    plan, template = _load(s3, plan_uri)
    return refit.featurizer_request(template, plan, artifact_uri)


def featurize_requests(s3: S3Client, plan_uri: str, featurizer: str | None = None) -> list[Request]:
    """Return a CreateTransformJob request per drop whose features have to be made.

    :param featurizer: the model of a featurizer that was fitted again; None: the template's.
    """
    plan, template = _load(s3, plan_uri)
    return [requests.featurize_request(template, drop, featurizer) for drop in to_featurize(s3, plan)]


def search_again_request(s3: S3Client, plan_uri: str) -> Request:
    """Write the table of a search on the run's rows, and return the request that repeats the template's search."""
    plan, template = _load(s3, plan_uri)
    searchagain.write_table(s3, plan)
    return searchagain.again_request(template, plan)


def found_model_request(s3: S3Client, sagemaker: SageMakerClient, plan_uri: str, automl_job: str) -> Request:
    """Return the CreateModel request of what the run's search found.

    :raises CandidateError: it found nothing that can be served, or another kind of pipeline.
    """
    plan, template = _load(s3, plan_uri)
    return searchagain.found_model_request(template, plan, find_candidate(sagemaker, s3, automl_job))


def training_request(s3: S3Client, plan_uri: str) -> Request:
    """Write the manifests over the features that are really there, and return the CreateTrainingJob request.

    :raises RunError: features are missing.
    """
    plan, template = _load(s3, plan_uri)
    return requests.training_request(template, plan, write_manifests(s3, plan))


def model_request(s3: S3Client, plan_uri: str, artifact_uri: str, featurizer_uri: str | None = None) -> Request:
    """Return the CreateModel request of the whole pipeline.

    :param artifact_uri: the new ``model.tar.gz`` of the algorithm.
    :param featurizer_uri: that of a featurizer that was fitted again; None: the template's.
    """
    plan, template = _load(s3, plan_uri)
    return requests.model_request(template, plan, artifact_uri, featurizer_uri)


def prediction_request(s3: S3Client, plan_uri: str, model_name: str) -> Request:
    """Return the CreateTransformJob request that predicts every holdout with the new model."""
    plan, template = _load(s3, plan_uri)
    return requests.prediction_request(template, plan, model_name)


def evaluate(s3: S3Client, plan_uri: str, output_uri: str) -> dict[str, Any]:
    """Compare the predictions with the holdouts, write ``evaluation.json`` and return its content.

    :param output_uri: the prediction job's S3OutputPath.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    # scikit-learn and scipy take a second to import; the other five tasks of a run do not need them.
    from include.autopilot.report.evaluation import evaluate_run

    return evaluate_run(s3, load_plan(s3, plan_uri), output_uri)


def report(
    s3: S3Client, plan_uri: str, jobs: Sequence[Mapping[str, Any]], added: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Write ``report.json`` and ``report.html`` and return their addresses.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``.
    :param added: see :func:`include.autopilot.report.report.write_report`.
    """
    # matplotlib takes a second to import; see evaluate.
    from include.autopilot.report.report import write_report

    return write_report(s3, load_plan(s3, plan_uri), jobs, added)


def _contract(s3: S3Client, config: ModelConfig, template: Template, first: Drop) -> Contract:
    """Return what the run's files must satisfy: the candidate's columns, or where it left none the first drop's."""
    if template.replay is not None:
        return template.schema.keyed(config.key)
    regression = template.problem_type == REGRESSION
    return contract_of_header(read_header(s3, first.files[0].uri), config.target, config.key, config.ignore, regression)


def _write_holdouts(s3: S3Client, folder: str, holdouts: Sequence[Holdout]) -> tuple[PlannedHoldout, ...]:
    planned = []
    for holdout in holdouts:
        body = encode_file(line for _, line in holdout.table.lines)
        uri = write(s3, f"{folder}/{holdout.name}.csv", body, "text/csv", holdout.source)
        planned.append(PlannedHoldout(holdout.name, holdout.uri, holdout.digest, len(holdout.table.lines), uri))
    return tuple(planned)


def _check_rows(plan: Plan) -> None:
    if not plan.training_rows or not plan.validation_rows:
        raise RunError(
            f"The drops up to {plan.cutoff.isoformat()} leave {plan.training_rows} training and {plan.validation_rows} "
            "validation rows after the holdouts are taken out; both are needed. Deliver more rows."
        )


def _load(s3: S3Client, plan_uri: str) -> tuple[Plan, Template]:
    plan = load_plan(s3, plan_uri)
    return plan, load_template(s3, plan.locations, plan.template)
