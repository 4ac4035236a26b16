"""A tuning job that begins with what earlier ones found: what must be the same, and what is learnt from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include.local_aws.errors import ValidationException
from include.local_aws.store import Resource, Store
from include.local_aws.tuning.definitions import Definition, definitions_of
from include.local_aws.tuning.outcomes import ENDED, best_of, children_of, value_of

if TYPE_CHECKING:
    from include.local_aws.tuning.strategies import Study

IDENTICAL = "IdenticalDataAndAlgorithm"
TUNING = "HyperParameterTuningJob"
_MOST_JOBS = 750


def parents_of(store: Store, region: str, request: Mapping[str, Any]) -> list[Resource]:
    """Return the parents that a request names.

    :raises ValidationException: there is no such tuning job.
    """
    found = []
    for given in request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", []):
        name = given.get("HyperParameterTuningJobName", "")
        parent = store.get(region, TUNING, name)
        if parent is None:
            raise ValidationException(f"The parent hyperparameter tuning job, {name}, doesn't exist.")
        found.append(parent)
    return found


def check(request: Mapping[str, Any], definitions: Sequence[Definition], parents: Sequence[Resource]) -> None:
    """Raise the error of a warm start from parents that are too different, or have not ended."""
    names = [parent.name for parent in parents]
    if len(set(names)) < len(names):
        raise ValidationException("Every parent hyperparameter tuning job can be named once.")
    for parent in parents:
        if parent.status not in ENDED:
            raise ValidationException(
                f"The parent hyperparameter tuning job, {parent.name}, is in status {parent.status}. A parent must "
                "have ended: Completed, Stopped or Failed."
            )
        theirs = definitions_of(parent.request)
        if len(definitions) > 1 or len(theirs) > 1:
            raise ValidationException("Warm start isn't supported with TrainingJobDefinitions.")
        _check_same(definitions[0], theirs[0], parent.name)
        if request["WarmStartConfig"]["WarmStartType"] == IDENTICAL:
            _check_identical(definitions[0], theirs[0], parent.name)
    asked = request["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxNumberOfTrainingJobs", 0)
    trained = sum(sum(parent.computed["TrainingJobStatusCounters"].values()) for parent in parents)
    if parents and trained + asked > _MOST_JOBS:
        raise ValidationException(
            f"The training jobs of the parent tuning jobs, {trained}, and MaxNumberOfTrainingJobs, {asked}, count "
            f"against the limit of {_MOST_JOBS} training jobs of a tuning job together."
        )


def overall(request: Mapping[str, Any], parents: Sequence[Resource]) -> list[Mapping[str, Any]]:
    """Return the best summaries of parents that the new job is compared with: what these took over does not count."""
    if request.get("WarmStartConfig", {}).get("WarmStartType") != IDENTICAL:
        return []
    return [
        {**best, "TuningJobName": parent.name} for parent in parents if (best := parent.computed.get("BestTrainingJob"))
    ]


def begin(store: Store, study: Study, definition: Definition, tuning: Resource, parents: Sequence[Resource]) -> None:
    """Give a search the parents' results, or of other data, whose objectives do not compare, their best settings."""
    identical = tuning.request.get("WarmStartConfig", {}).get("WarmStartType") == IDENTICAL
    for parent in parents:
        children = children_of(store, parent)
        if not identical:
            best = best_of(children)
            children = [best] if best else []
        for child in children:
            value, tried = value_of(child), child.request["HyperParameters"]
            if value is not None and identical:
                study.learn(definition, tried, value)
            elif value is not None:
                study.begin_with(definition, tried)


def _check_same(ours: Definition, theirs: Definition, parent: str) -> None:
    if (ours.metric, ours.kind) != (theirs.metric, theirs.kind):
        raise ValidationException(
            "The objective metric of a warm start tuning job must be the same as that of all of its parent tuning "
            f"jobs; that of {parent} is {theirs.kind} {theirs.metric}."
        )
    if _names(ours) != _names(theirs):
        raise ValidationException(
            "The set of tunable plus static HyperParameter names is not the same across current and parent tuning "
            "jobs. Please ensure this set is constant when warm starting. Note that previously static HyperParameters "
            "can be tuned in warm start jobs and vice versa."
        )
    kinds = {one.name: type(one) for one in theirs.ranges}
    for one in ours.ranges:
        if kinds.get(one.name, type(one)) is not type(one):
            raise ValidationException(
                f"The type of the hyperparameter {one.name} must be the same as in the parent tuning job {parent}."
            )
    if _repository(ours.image) != _repository(theirs.image):
        raise ValidationException(
            f"The training algorithm of a warm start tuning job must be that of its parents; {parent} has "
            f"{theirs.image}."
        )


def _check_identical(ours: Definition, theirs: Definition, parent: str) -> None:
    if ours.image != theirs.image:
        raise ValidationException(
            f"The training image must be the same as in the parent tuning job {parent}, {theirs.image}, when "
            f"WarmStartType is {IDENTICAL}."
        )
    if ours.given.get("InputDataConfig") != theirs.given.get("InputDataConfig"):
        raise ValidationException(
            f"The input data must be the same as in the parent tuning job {parent} when WarmStartType is {IDENTICAL}."
        )


def _names(definition: Definition) -> set[str]:
    return {*definition.given.get("StaticHyperParameters", {}), *(one.name for one in definition.ranges)}


def _repository(image: str) -> str:
    return image.partition("/")[2].partition(":")[0].partition("@")[0]
