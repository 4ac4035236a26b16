"""The request of a search: a new one as the YAML says, or the one that the template came from, once more."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from include.autopilot.base.cutoff import stamp
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import find_metric
from include.autopilot.base.names import automl_name
from include.autopilot.candidate.tags import INPUT_TAG
from include.autopilot.requests.encrypted import encrypted
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.search import SearchConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template
from include.autopilot.template.validation import check

# Autopilot refuses smaller tables.
FEWEST_ROWS = 500
_CONTENT = "text/csv;header=present"


def automl_request(
    config: ModelConfig, search: SearchConfig, cutoff: datetime, input_uri: str, identity: str
) -> Request:
    """Return the CreateAutoMLJob request (first version of the API: hyperparameter tuning leaves steps to replay).

    :param identity: what makes this search this one, for example the run's id; part of the job's name.
    """
    request: Request = {
        "AutoMLJobName": automl_name(config.name, cutoff, stamp(cutoff), identity),
        "InputDataConfig": [
            {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": input_uri}},
                "TargetAttributeName": config.target,
                "ContentType": _CONTENT,
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
    return check("AutoMLJob", encrypted("AutoMLJob", request, config.kms_key))


def repeated_request(
    template: Template,
    model: str,
    cutoff: datetime,
    input_uri: str,
    output_uri: str,
    identity: str,
    kms_key: str | None = None,
) -> Request:
    """Return the request of the search that a template came from, with new data, in the same version of the API.

    Mode, limits, role, network, keys and tags stay. Problem type and objective are stated, where the search had found
    them out itself: a repetition must not answer another question. A validation channel of its own is left out, since
    the table holds all rows.

    :param input_uri: a CSV file with a header.
    :param output_uri: Autopilot's S3OutputPath.
    :param kms_key: the model's, for where the search was given no key.
    :raises TemplateError: the template names no Autopilot job.
    """
    search = template.repeatable
    request = copy.deepcopy(search.request)
    channels = "InputDataConfig" if search.kind == "AutoMLJob" else "AutoMLJobInputDataConfig"
    request[channels] = [_channel(request[channels], input_uri)]
    request["AutoMLJobName"] = automl_name(model, cutoff, stamp(cutoff), identity)
    request["OutputDataConfig"]["S3OutputPath"] = output_uri
    problem = request if search.kind == "AutoMLJob" else request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    if "ProblemType" not in problem or "AutoMLJobObjective" not in request:
        problem["ProblemType"] = template.problem_type
        metric = find_metric(template.objective.metric, template.problem_type)
        request["AutoMLJobObjective"] = {"MetricName": metric.name if metric else template.objective.metric}
    return check(search.kind, encrypted(search.kind, request, kms_key))


def read_tagged(request: Request, content: str) -> Request:
    """Tag the request with the digest of what its table holds: one that was written again is another question."""
    return {**request, "Tags": [*request.get("Tags", []), {"Key": INPUT_TAG, "Value": content}]}


def _channel(channels: list[dict[str, Any]], input_uri: str) -> dict[str, Any]:
    """Return the training channel, reading one plain CSV file."""
    training = next((one for one in channels if one.get("ChannelType", "training") == "training"), channels[0])
    channel = {name: value for name, value in training.items() if name != "CompressionType"}
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": input_uri}}
    return {**channel, "DataSource": source, "ContentType": _CONTENT}
