"""A search: what Autopilot gets to see, what it is asked, and the template made of its answer."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.candidate import find_candidate
from include.autopilot.config import ModelConfig
from include.autopilot.contract import contract_of_header
from include.autopilot.csvlines import encode_file, encode_line
from include.autopilot.cutoff import stamp
from include.autopilot.drops import list_drops, read_drop, visible_drops
from include.autopilot.errors import DropError, TemplateError
from include.autopilot.holdouts import read_holdouts
from include.autopilot.locations import Locations
from include.autopilot.names import automl_name
from include.autopilot.objects import read, write
from include.autopilot.projection import Request
from include.autopilot.source import combine, marked
from include.autopilot.table import read_header, read_table
from include.autopilot.template import Template, publish, template_of
from include.autopilot.validation import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)

# Autopilot refuses smaller tables.
FEWEST_ROWS = 500


def search_input(s3: S3Client, config: ModelConfig, cutoff: datetime) -> dict[str, Any]:
    """Write the table that the search sees: all drops up to the cutoff in one CSV file with a header.

    The key, the ignored columns, rows of a holdout and rows without a target are left out.

    :return: ``input`` (address), ``rows``, ``features`` (columns without the target) and ``source``.
    :raises DropError: no drop, no holdout, or fewer rows than Autopilot takes.
    :raises ContractError: a file lacks columns that the first one has, or cannot be read.
    """
    locations = Locations(config.root)
    drops = [read_drop(s3, drop) for drop in visible_drops(list_drops(s3, locations), cutoff, locations.drops)]
    first = drops[0].files[0]
    regression = config.search.problem_type == "Regression"
    header = read_header(first.uri, first.body)
    contract = contract_of_header(header, config.target, config.key, config.ignore, regression)
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore)
    held_out = {key for holdout in holdouts for key in holdout.keys}
    lines = [encode_line(contract.columns)]
    for drop in drops:
        seen: dict[str, str] = {}
        for file in drop.files:
            table = read_table(file.uri, file.body, contract, config.ignore, seen=seen)
            lines += [line for key, line in table.lines if key not in held_out]
    rows = len(lines) - 1
    if rows < FEWEST_ROWS:
        raise DropError(
            f"{locations.drops} holds {rows} usable rows up to {cutoff.isoformat()}; Autopilot needs {FEWEST_ROWS}. "
            "Deliver more rows or search with a later cutoff."
        )
    source = combine([*(drop.source for drop in drops), *(holdout.source for holdout in holdouts)])
    uri = write(s3, locations.search_input(cutoff), encode_file(lines), "text/csv", source)
    found = {"input": uri, "rows": rows, "features": len(contract.features), "source": source}
    log.info("%s", marked(f"Search input of {config.title}: {rows} rows, {found['features']} features, {uri}", source))
    return found


def automl_request(config: ModelConfig, cutoff: datetime, input_uri: str, identity: str) -> Request:
    """Return the CreateAutoMLJob request (first version of the API: hyperparameter tuning leaves steps to replay).

    :param identity: what makes this search this one, for example the run's id; part of the job's name.
    """
    search = config.search
    request: Request = {
        "AutoMLJobName": automl_name(config.name, cutoff, stamp(cutoff), identity),
        "InputDataConfig": [
            {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": input_uri}},
                "TargetAttributeName": config.target,
                "ContentType": "text/csv;header=present",
                "ChannelType": "training",
            }
        ],
        "OutputDataConfig": {"S3OutputPath": Locations(config.root).search_output(cutoff)},
        "ProblemType": search.problem_type,
        "AutoMLJobObjective": {"MetricName": search.metric},
        "AutoMLJobConfig": {
            "Mode": "HYPERPARAMETER_TUNING",
            "CompletionCriteria": {
                "MaxCandidates": search.max_candidates,
                "MaxRuntimePerTrainingJobInSeconds": search.max_runtime_per_training_seconds,
                "MaxAutoMLJobRuntimeInSeconds": search.max_runtime_seconds,
            },
            "DataSplitConfig": {"ValidationFraction": config.validation_fraction},
        },
        "RoleArn": search.role_arn,
    }
    if search.algorithms:
        generation = {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(search.algorithms)}]}
        request["AutoMLJobConfig"]["CandidateGenerationConfig"] = generation
    return check("AutoMLJob", request)


def publish_template(
    sagemaker: SageMakerClient, s3: S3Client, config: ModelConfig, automl_job_name: str, cutoff: datetime
) -> dict[str, Any]:
    """Derive the template from a finished search and make it the current one.

    :param cutoff: what the search was allowed to see.
    :return: ``uri``, ``digest``, ``candidate``, ``automl_job``, ``metric``, ``features``, ``searched_until``.
    :raises CandidateError: the search has no winner that can be replayed.
    :raises TemplateError: the winner is not for this model.
    """
    locations = Locations(config.root)
    source = read(s3, locations.search_input(cutoff)).source
    candidate = find_candidate(sagemaker, s3, automl_job_name)
    template = template_of(candidate, cutoff, source)
    _check_fits(template, config)
    uri = publish(s3, locations, template)
    log.info("%s", marked(f"Template {template.digest} of {config.title} from {candidate.name}: {uri}", source))
    return {
        "uri": uri,
        "digest": template.digest,
        "candidate": candidate.name,
        "automl_job": automl_job_name,
        "metric": template.objective.metric,
        "features": len(template.schema.features),
        "searched_until": cutoff.isoformat(),
    }


def _check_fits(template: Template, config: ModelConfig) -> None:
    schema = template.schema
    if schema.target != config.target:
        raise TemplateError(f"{template.automl_job} predicts {schema.target!r}, {config.name} {config.target!r}.")
    forbidden = [name for name in schema.columns if name == config.key or name in config.ignore]
    if forbidden:
        raise TemplateError(
            f"{template.automl_job} saw {', '.join(forbidden)}, which {config.name}.yaml keeps from the model. "
            "Search again without these columns."
        )
