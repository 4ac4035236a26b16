"""Hyperparameter tuning jobs: create, describe, stop, and the list of their training jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from include.local_aws.constraints import check as check_request
from include.local_aws.control import images, kinds, listing, training
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.conductors import Api, Caller, Conductors, End, Stopping
from include.local_aws.control.kinds import TUNING
from include.local_aws.store import Resource, Store, now
from include.local_aws.tuning import check, outcomes, warmstart
from include.local_aws.tuning.definitions import Definition


class Tunings:
    """Starts and stops tuning jobs. ``call(region, operation, request, computed)`` is the control plane's own."""

    def __init__(self, store: Store, call: Caller, conductors: Conductors) -> None:
        self._store = store
        self._call = call
        self._conductors = conductors

    def start(self, resource: Resource) -> None:
        """Run a tuning job that was just created."""

        def run(stopping: Stopping) -> End:
            # Optuna takes half a second to import; the endpoint must not pay for it at its start.
            from include.local_aws.tuning.run import Tuning, TuningFailed

            try:
                Tuning(resource, self._store, Api(resource.region, self._call), stopping).run()
            except TuningFailed as failure:
                return End("Failed", str(failure)[:1024])
            return End("Stopped" if stopping() else "Completed")

        def end(ended: End) -> None:
            members = {"HyperParameterTuningEndTime": now(), "FailureReason": ended.reason}
            self._store.change(
                resource.region,
                TUNING.members,
                resource.name,
                lambda found: replace(found.with_(**members), status=ended.status),
            )

        self._conductors.start(resource, run, end)

    def stop(self, arn: str) -> None:
        """Ask a running tuning job to stop."""
        self._conductors.stop(arn)

    def recount(self, resource: Resource) -> None:
        """Tell of a tuning job's children what became of them when the endpoint ended."""
        told = outcomes.told(outcomes.children_of(self._store, resource), [])
        self._store.change(resource.region, TUNING.members, resource.name, lambda found: found.with_(**told))


def create(services: Services, call: Call) -> Json:
    """CreateHyperParameterTuningJob: what can be refused, of its training jobs too, is refused before it exists."""
    request = call.request
    kinds.ensure_free(services, TUNING, call)
    check.check_members(request)
    definitions = check.check_search(request)
    for definition in definitions:
        _check_child(services, call, definition)
    warmstart.check(request, definitions, warmstart.parents_of(services.store, call.region, request))
    resource = kinds.create(services, TUNING, call, _described(request, definitions) | outcomes.told([], []))
    services.tunings.start(resource)
    return {"HyperParameterTuningJobArn": resource.arn}


def stop(services: Services, call: Call) -> Json:
    """StopHyperParameterTuningJob: it stops its training jobs, then it is Stopped."""
    services.tunings.stop(kinds.stop(services, TUNING, call).arn)
    return {}


def list_children(services: Services, call: Call) -> Json:
    """ListTrainingJobsForHyperParameterTuningJob."""
    found, request = kinds.find(services, TUNING, call), call.request
    wanted = [outcomes.summary(child) for child in outcomes.children_of(services.store, found)]
    column = request.get("SortBy", "Name")
    if column == "FinalObjectiveMetricValue":
        wanted = [one for one in wanted if one["ObjectiveStatus"] == "Succeeded"]
    if "StatusEquals" in request:
        wanted = [one for one in wanted if one["TrainingJobStatus"] == request["StatusEquals"]]
    items, token = listing.page(
        call,
        wanted,
        request.get("MaxResults", listing.PAGE),
        lambda one: _sort_value(one, column),
        "TrainingJobName",
        descending=request.get("SortOrder") == "Descending",
    )
    return {"TrainingJobSummaries": items, **token}


def _check_child(services: Services, call: Call, definition: Definition) -> None:
    # Any of its hyperparameters will do: what is not legal of them is told below.
    request = definition.training("child", {one.name: one.bounds[0] for one in definition.ranges})
    check_request("CreateTrainingJob", request)
    training.check(services, Call(call.region, "CreateTrainingJob", request))
    known = images.hyperparameters(definition.image)
    searched = known is not None or images.runs_scripts(definition.image)
    metrics = [one["Name"] for one in images.metrics(definition.given["AlgorithmSpecification"])] if searched else []
    check.check_algorithm(definition, metrics, known)


def _described(request: Mapping[str, Any], definitions: tuple[Definition, ...]) -> Json:
    """Return the definitions as Describe tells them: AWS fills in what it assumed."""
    told = [_described_definition(one) for one in definitions]
    return (
        {"TrainingJobDefinitions": told} if "TrainingJobDefinitions" in request else {"TrainingJobDefinition": told[0]}
    )


def _described_definition(definition: Definition) -> Json:
    given = dict(definition.given)
    algorithm = given["AlgorithmSpecification"]
    given["AlgorithmSpecification"] = {**algorithm, "MetricDefinitions": images.metrics(algorithm)}
    given["StaticHyperParameters"] = definition.static
    if "InputDataConfig" in given:
        given["InputDataConfig"] = [training.described_channel(item) for item in given["InputDataConfig"]]
    for member in ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"):
        given.setdefault(member, False)
    return given


def _sort_value(one: Mapping[str, Any], column: str) -> Any:
    if column == "FinalObjectiveMetricValue":
        return one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    if column == "CreationTime":
        return one["CreationTime"].timestamp()
    return one["TrainingJobStatus" if column == "Status" else "TrainingJobName"]
