"""One retraining, step by step. Each function is one task: it reads the plan, does its part, and returns plain JSON.

The order is prepare -> (featurize jobs) -> training_request -> (training job) -> model_request -> (model) ->
prediction_request -> (transform job) -> evaluate -> report. What stands in brackets is SageMaker's work; this module
only says what to ask for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot import classes, requests
from include.autopilot.config import ModelConfig
from include.autopilot.csvlines import encode_file
from include.autopilot.descriptions import describe
from include.autopilot.drops import Drop, list_drops, read_drop, visible_drops
from include.autopilot.errors import MissingResourceError, RunError, TemplateError
from include.autopilot.holdouts import Holdout, read_holdouts
from include.autopilot.locations import Locations
from include.autopilot.manifest import has_features, write_manifests
from include.autopilot.objects import write
from include.autopilot.options import RunOptions
from include.autopilot.plan import Plan, PlannedDrop, PlannedHoldout, load_plan, repeated_day, save_plan
from include.autopilot.preparation import prepare_drop, rules_of
from include.autopilot.problem import problem_of
from include.autopilot.projection import Request
from include.autopilot.source import combine, marked
from include.autopilot.summary import summary_of
from include.autopilot.template import Template, check_cutoff, current_template, load_template

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
    :return: ``plan`` (its address), ``featurize`` (one CreateTransformJob request per drop without features) and
        ``summary`` (what the run will use, for people).
    :raises AutopilotError: the run cannot succeed; the message says what to do first.
    """
    locations = Locations(config.root)
    template = _usable_template(s3, sagemaker, config, locations, cutoff)
    problem = problem_of(template, template.steps.model["Containers"], config.inference_output == "probabilities")
    contract = template.schema.keyed(config.key)
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore, f"{config.name}_search")
    drops = visible_drops(list_drops(s3, locations), cutoff, locations.drops)
    scope = drops[-1:] if options.scope == "new" else drops
    planned, sources = _plan_drops(s3, config, template, holdouts, scope)
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
        source=combine([*sources, *(holdout.source for holdout in holdouts), template.source]),
        notes=config.notes,
    )
    _check_rows(plan)
    used = [drop.prepared for drop in plan.used]
    classes.check_training(problem, used, f"{config.name}_search")
    plan = replace(plan, notes=(*plan.notes, *classes.notes_of(problem, used, holdouts)))
    missing = [drop for drop in plan.used if not has_features(s3, drop)]
    summary = summary_of(plan, len(missing))
    log.info("%s", marked(summary["sentence"], plan.source))
    return {
        "plan": save_plan(s3, plan),
        "featurize": [requests.featurize_request(template, drop) for drop in missing],
        "summary": summary,
    }


def training_request(s3: S3Client, plan_uri: str) -> Request:
    """Write the manifests over the features that are really there, and return the CreateTrainingJob request.

    :raises RunError: features are missing.
    """
    plan, template = _load(s3, plan_uri)
    return requests.training_request(template, plan, write_manifests(s3, plan))


def model_request(s3: S3Client, plan_uri: str, artifact_uri: str) -> Request:
    """Return the CreateModel request of the whole pipeline.

    :param artifact_uri: the new ``model.tar.gz``.
    """
    plan, template = _load(s3, plan_uri)
    return requests.model_request(template, plan, artifact_uri)


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
    from include.autopilot.evaluation import evaluate_run

    return evaluate_run(s3, load_plan(s3, plan_uri), output_uri)


def report(s3: S3Client, plan_uri: str, jobs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Write ``report.json`` and ``report.html`` and return their addresses.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``.
    """
    # matplotlib takes a second to import; see evaluate.
    from include.autopilot.report import write_report

    return write_report(s3, load_plan(s3, plan_uri), jobs)


def _usable_template(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, locations: Locations, cutoff: datetime
) -> Template:
    template = current_template(s3, locations, config.name)
    check_cutoff(template, cutoff, config.name)
    if template.schema.target != config.target:
        raise TemplateError(
            f"The template of {config.name} predicts {template.schema.target!r}; the YAML says {config.target!r}. "
            f"Run {config.name}_search again, or correct the YAML."
        )
    if config.key in template.schema.columns:
        raise TemplateError(
            f"{config.key!r} identifies a row by {config.name}.yaml, but {template.automl_job or template.candidate} "
            f"used it as a feature. Name another key, or run {config.name}_search again without it."
        )
    featurizer = template.steps.featurize["ModelName"]
    try:
        describe(sagemaker, "Model", featurizer)
    except MissingResourceError as error:
        raise TemplateError(
            f"The featurizer model {featurizer}, which Autopilot made, was deleted. Run {config.name}_search again."
        ) from error
    return template


def _plan_drops(
    s3: S3Client, config: ModelConfig, template: Template, holdouts: Sequence[Holdout], drops: Sequence[Drop]
) -> tuple[tuple[PlannedDrop, ...], list[str | None]]:
    locations = Locations(config.root)
    contract = template.schema.keyed(config.key)
    rules = rules_of(contract, config.ignore, config.validation_fraction, holdouts, f"{config.name}_search")
    planned: list[PlannedDrop] = []
    sources: list[str | None] = []
    for drop in drops:
        content = read_drop(s3, drop)
        prepared = prepare_drop(s3, locations, content, rules)
        for column in prepared.extra:
            log.warning("Drop %s: column %r is not in the contract and is left out.", drop.day, column)
        planned.append(
            PlannedDrop(
                day=drop.day,
                files=drop.files,
                prepared=prepared,
                features=locations.features(template.digest, prepared.prepared),
                job=requests.featurize_name(config.name, drop.day, prepared, template.digest),
                repeats=repeated_day(prepared.digest, planned),
            )
        )
        sources.append(content.source)
    return tuple(planned), sources


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
