"""CreateAutoMLJob (V1 and V2), DescribeAutoMLJob (V1 and V2), StopAutoMLJob, ListCandidatesForAutoMLJob."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from include.local_aws.control import checks, kinds, listing
from include.local_aws.control.automl_shapes import resolved_to_v2, to_v1, to_v2
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import AUTOML
from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.store import Resource

_RUNNING = {"InProgress", "Stopping"}
# Where the versions have their channels.
_CHANNELS = {1: "inputDataConfig", 2: "autoMLJobInputDataConfig"}


def create(services: Services, call: Call) -> Json:
    """CreateAutoMLJob."""
    return _create(services, call, dict(call.request), version=1)


def create_v2(services: Services, call: Call) -> Json:
    """CreateAutoMLJobV2, for tabular data."""
    problem = call.request["AutoMLProblemTypeConfig"]
    if "TabularJobConfig" not in problem:
        raise NotDone(f"AutoMLProblemTypeConfig {', '.join(problem) or '(empty)'}")
    checks.not_done(call.request, "", "AutoMLComputeConfig")
    tabular = problem["TabularJobConfig"]
    checks.not_done(tabular, "autoMLProblemTypeConfig.tabularJobConfig", "SampleWeightAttributeName")
    return _create(services, call, to_v1(call.request), version=2)


def describe(services: Services, call: Call) -> Json:
    """DescribeAutoMLJob: cannot tell jobs that CreateAutoMLJobV2 made, as its documentation says."""
    found = kinds.find(services, AUTOML, call)
    if found.computed["_Version"] == 2:
        raise ValidationException(
            f"AutoML job {found.name} was created with CreateAutoMLJobV2; describe it with DescribeAutoMLJobV2."
        )
    return kinds.describe(AUTOML, found, call.operation) | _best(services, found)


def describe_v2(services: Services, call: Call) -> Json:
    """DescribeAutoMLJobV2: tells the jobs of both versions."""
    found = kinds.find(services, AUTOML, call)
    told = kinds.describe(AUTOML, found, call.operation) | _best(services, found)
    if found.computed["_Version"] == 1:
        told |= to_v2(found.request)
    resolved = told.pop("ResolvedAttributes", None)
    if resolved:
        told["ResolvedAttributes"] = resolved_to_v2(resolved)
    told.pop("GenerateCandidateDefinitionsOnly", None)
    return told | {"AutoMLProblemTypeConfigName": "Tabular"}


def stop(services: Services, call: Call) -> Json:
    """StopAutoMLJob: the search stops its own jobs, then the job is Stopped."""
    stopping = kinds.stop(services, AUTOML, call)
    services.store.change(
        call.region, AUTOML.members, stopping.name, lambda found: found.with_(AutoMLJobSecondaryStatus="Stopping")
    )
    services.searches.stop(stopping.arn)
    return {}


def list_candidates(services: Services, call: Call) -> Json:
    """ListCandidatesForAutoMLJob."""
    job, request = kinds.find(services, AUTOML, call), call.request
    wanted = [
        item
        for item in services.store.candidates(job.arn)
        if request.get("StatusEquals", item["CandidateStatus"]) == item["CandidateStatus"]
        and request.get("CandidateNameEquals", item["CandidateName"]) == item["CandidateName"]
    ]
    # The documentation gives "Descending" as the default of SortBy, which is no SortBy; creation time is the plain one.
    column = request.get("SortBy", "CreationTime")
    descending = request.get("SortOrder", "Ascending") == "Descending"
    items, token = listing.page(
        call,
        wanted,
        request.get("MaxResults", listing.PAGE),
        lambda item: _sort_value(item, column, last=-math.inf if descending else math.inf),
        "CandidateName",
        descending=descending,
    )
    return {"Candidates": items, **token}


def _create(services: Services, call: Call, request: Json, *, version: int) -> Json:
    kinds.ensure_free(services, AUTOML, call)
    request["AutoMLJobArn"] = AUTOML.arn(call)
    channels = _CHANNELS[version]
    _check(request, channels)
    services.searches.check(call.region, request, channels)
    computed = {"AutoMLJobSecondaryStatus": "Starting", "_Version": version}
    if version == 1:
        computed["GenerateCandidateDefinitionsOnly"] = False
    resource = kinds.create(services, AUTOML, call, computed)
    services.searches.start(resource, request)
    return {"AutoMLJobArn": resource.arn}


def _check(request: Mapping[str, Any], channels: str) -> None:
    checks.s3_uri(request["OutputDataConfig"]["S3OutputPath"], "outputDataConfig.s3OutputPath")
    for number, channel in enumerate(request["InputDataConfig"], 1):
        source = channel.get("DataSource", {}).get("S3DataSource")
        if source is None:
            raise ValidationException(f"{channels}.{number}.member has no S3DataSource.")
        checks.s3_source(source, f"{channels}.{number}.member.dataSource.s3DataSource.s3Uri")


def _best(services: Services, resource: Resource) -> Json:
    """BestCandidate, which AWS does not tell before the end."""
    name = resource.computed.get("_Best")
    if name is None or resource.status in _RUNNING:
        return {}
    found = [item for item in services.store.candidates(resource.arn) if item["CandidateName"] == name]
    return {"BestCandidate": found[0]} if found else {}


def _sort_value(candidate: Mapping[str, Any], column: str, last: float) -> Any:
    """Return what candidates are sorted by; those without a metric have ``last``: they are nobody's best."""
    if column == "FinalObjectiveMetricValue":
        return candidate.get("FinalAutoMLJobObjectiveMetric", {}).get("Value", last)
    if column == "Status":
        return candidate["CandidateStatus"]
    return candidate["CreationTime"].timestamp()
