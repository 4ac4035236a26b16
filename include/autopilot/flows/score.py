"""One scoring, step by step: check -> (create champion) -> (predict) -> join. In brackets: SageMaker's work."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import MissingObjectError, ScoringError
from include.autopilot.base.folders import ScoreFolder
from include.autopilot.base.locations import Locations
from include.autopilot.base.names import job_name
from include.autopilot.base.source import combine, marked
from include.autopilot.candidate.inference import output_filter
from include.autopilot.champion.serving import find_champion
from include.autopilot.requests.replay import finished, transform_settings
from include.autopilot.rows.inputcheck import check_inputs
from include.autopilot.rows.inputs import InputFile, list_inputs
from include.autopilot.s3.objects import read_json
from include.autopilot.scoring.championinterval import champion_interval
from include.autopilot.scoring.join import write_predictions
from include.autopilot.scoring.lineage import write_lineage
from include.autopilot.scoring.plan import ScorePlan, save_score_plan
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.template.projection import Request
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def check(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, options: ScoreOptions, run: str
) -> dict[str, Any]:
    """Check everything that can be checked for free, cut the rows into chunks, and write the scoring run's plan.

    :param run: the run's name in S3.
    :return: ``plan`` (its address), ``summary`` (one sentence for people) and ``source``.
    :raises AutopilotError: the run cannot succeed; the message says what to do first.
    """
    champion = find_champion(s3, sagemaker, config)
    interval = None if options.interval is None else champion_interval(s3, champion, options.interval)
    files = list_inputs(s3, options.input)
    own = Locations(config.root).score(run)
    output = options.output or own.uri
    check_output(s3, options.input, files, output, run)
    contract = champion.contract
    # Named after what was read: a retry after the input changed does not mix chunks of both.
    folder = own.rows(of_json([contract.digest, [[one.uri, one.etag] for one in files]]))
    checked = check_inputs(s3, files, contract, config.ignore, folder)
    empty = sorted({file.uri for file in files} - {file.uri for file in checked})
    for uri in empty:
        log.warning("%s has no rows and is passed over.", uri)
    for file in checked:
        for column in file.extra:
            log.warning("%s: column %r is not in the contract and is left out.", file.uri, column)
    plan = ScorePlan(
        model=config.name,
        title=config.title,
        root=config.root,
        key=contract.key,
        run=run,
        options=options,
        serving=champion.serving,
        problem=champion.plan.problem,
        inputs=checked,
        chunks=folder,
        output=output,
        interval=interval,
        source=combine([*(file.source for file in checked), champion.plan.source]),
        empty=tuple(empty),
        kms_key=config.kms_key,
    )
    summary = f"{plan.title}: {plan.rows} rows of {len(checked)} files to predict with version {plan.serving.version}."
    log.info("%s", marked(summary, plan.source))
    return {"plan": save_score_plan(s3, plan), "summary": summary, "source": plan.source}


def model_request(score_plan: ScorePlan) -> Request:
    """Return the CreateModel request of the champion that the run began with."""
    return score_plan.serving.model


def prediction_request(s3: S3Client, score_plan: ScorePlan, champion: Mapping[str, Any]) -> Request:
    """Return the CreateTransformJob request; one output line ``key,answer...``.

    A chunk's lines are ``key,features...``: the model sees the features only, and the service puts the key beside the
    answer.

    :param champion: what the operator that made the champion's model returned.
    """
    plan, model_name = score_plan, champion["name"]
    template = load_template(s3, Locations(plan.root), plan.serving.template)
    request = transform_settings(template)
    resources = copy.deepcopy(request["TransformResources"])
    resources["InstanceType"] = plan.options.instance_type or resources["InstanceType"]
    resources["InstanceCount"] = plan.options.instance_count or resources["InstanceCount"]
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{plan.chunks}/"}}
    request |= {
        "TransformJobName": job_name(plan.model, "score", plan.serving.cutoff, plan.run, plan.chunks, model_name),
        "ModelName": model_name,
        "TransformInput": {
            "DataSource": source,
            "ContentType": "text/csv",
            "CompressionType": "None",
            "SplitType": "Line",
        },
        "TransformOutput": {
            **request["TransformOutput"],
            "S3OutputPath": plan.own.answers(plan.chunks, model_name),
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": resources,
        "DataProcessing": {
            "InputFilter": "$[1:]",
            "JoinSource": "Input",
            "OutputFilter": output_filter(plan.problem.columns, kept=1),
        },
    }
    return finished("TransformJob", request, template, plan.kms_key)


def join(s3: S3Client, score_plan: ScorePlan, predicted: Mapping[str, Any]) -> dict[str, Any]:
    """Write the predictions and, last, their ``lineage.json``.

    :param predicted: what the operator of the transform job returned.
    :return: ``predictions`` (addresses), ``lineage`` (its address), ``rows`` and ``sentence``.
    :raises EvaluationError: answers are missing, or are not those of the rows line for line.
    """
    plan = score_plan
    written = write_predictions(s3, plan, predicted["uri"])
    lineage = write_lineage(s3, plan, plan.own.plan, predicted["arn"], written)
    sentence = f"{plan.title}: {plan.rows} rows predicted with version {plan.serving.version}: {plan.output}/"
    log.info("%s", marked(sentence, plan.source))
    return {"predictions": list(written), "lineage": lineage, "rows": plan.rows, "sentence": sentence}


def check_output(s3: S3Client, given: str, files: tuple[InputFile, ...], output: str, run: str) -> None:
    """Refuse a folder where the predictions would destroy something, or be taken for input the next time."""
    if f"{output}/".startswith(f"{given.rstrip('/')}/") or any(f"{output}/{one.name}" == one.uri for one in files):
        raise ScoringError(
            f"output: {output} is in the input {given}: predictions would be scored next time. Choose another folder."
        )
    try:
        before = read_json(s3, ScoreFolder(output).lineage)
    except MissingObjectError:
        return
    if before.get("scoring_run") != run:
        raise ScoringError(
            f"output: {output} holds the predictions of scoring run {before.get('scoring_run')}. "
            "Choose another folder, or leave the field empty."
        )
