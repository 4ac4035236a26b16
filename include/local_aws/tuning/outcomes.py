"""What a tuning job tells of its children: summaries, counters, the best one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from include.local_aws.store import Query, Resource, Store

Json = dict[str, Any]

ENDED = frozenset({"Completed", "Failed", "Stopped"})
CHILDREN = "TrainingJob"
# A child's own members that DescribeTrainingJob does not tell.
OBJECTIVE, TUNED, DEFINITION, PRUNED = "_Objective", "_Tuned", "_Definition", "_Pruned"
# Whether the values of the objective are kept while it trains, and these values.
FOLLOWED, SERIES = "_Followed", "_Series"
_FINAL = "FinalHyperParameterTuningJobObjectiveMetric"
_EVERYTHING = 1_000_000
_RETRYABLE = ("InternalServerError", "CapacityError")
# "Not improving (1% or less)", as NumberOfTrainingJobsObjectiveNotImproving is documented.
_IMPROVEMENT = 0.01


def children_of(store: Store, tuning: Resource) -> list[Resource]:
    """Return the training jobs of a tuning job, in the order of their names."""
    members = {"TuningJobArn": tuning.arn}
    return store.find(Query(tuning.region, CHILDREN, sort="name", members=members, limit=_EVERYTHING))


def value_of(child: Resource) -> float | None:
    """Return a child's objective if it counts: of one that completed, or that the tuning job itself stopped early."""
    if child.status != "Completed" and not (child.status == "Stopped" and child.computed.get(PRUNED)):
        return None
    metric = child.computed[OBJECTIVE]["MetricName"]
    values = [one["Value"] for one in child.computed.get("FinalMetricDataList", []) if one["MetricName"] == metric]
    return float(values[-1]) if values else None


def summary(child: Resource) -> Json:
    """Return the HyperParameterTrainingJobSummary of a child."""
    value = value_of(child)
    computed = child.computed
    pending = child.status not in ENDED
    told: Json = {
        "TrainingJobName": child.name,
        "TrainingJobArn": child.arn,
        "CreationTime": child.created,
        "TrainingJobStatus": child.status,
        "TunedHyperParameters": computed[TUNED],
        "ObjectiveStatus": "Pending" if pending else "Failed" if value is None else "Succeeded",
    }
    if computed.get(DEFINITION):
        told["TrainingJobDefinitionName"] = computed[DEFINITION]
    told |= {key: computed[key] for key in ("TrainingStartTime", "TrainingEndTime", "FailureReason") if key in computed}
    if value is not None:
        objective = computed[OBJECTIVE]
        told[_FINAL] = {**objective, "Value": value}
    return told


def counters(children: Iterable[Resource]) -> Json:
    """Return the two counters of DescribeHyperParameterTuningJob."""
    status = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0)
    objective = dict.fromkeys(("Succeeded", "Pending", "Failed"), 0)
    for child in children:
        status[_counted(child)] += 1
        pending = child.status not in ENDED
        objective["Pending" if pending else "Failed" if value_of(child) is None else "Succeeded"] += 1
    return {"TrainingJobStatusCounters": status, "ObjectiveStatusCounters": objective}


def best_of(children: Sequence[Resource]) -> Resource | None:
    """Return the child with the best objective, the earliest of equals; None if no child has one."""
    found = [(value, child) for child in children if (value := value_of(child)) is not None]
    if not found:
        return None
    choose = min if children[0].computed[OBJECTIVE]["Type"] == "Minimize" else max
    best = choose(value for value, _ in found)
    return next(child for value, child in found if value == best)


def not_improving(children: Sequence[Resource]) -> int:
    """Return how many children, in their order, have ended since one was better by more than a hundredth."""
    best: float | None = None
    since = 0
    for child in children:
        value = value_of(child)
        if child.status not in ENDED:
            continue
        gain = 0.0 if value is None or best is None else (best - value if _minimizes(child) else value - best)
        if value is not None and (best is None or gain > _IMPROVEMENT * abs(best)):
            best, since = value, 0
        else:
            since += 1
    return since


def told(children: Sequence[Resource], parents: Sequence[Mapping[str, Any]]) -> Json:
    """Return the members of DescribeHyperParameterTuningJob that its children decide.

    :param parents: the best summaries of the parents, if a warm start compares with them.
    """
    best = best_of(children)
    members = counters(children)
    members["TuningJobCompletionDetails"] = {"NumberOfTrainingJobsObjectiveNotImproving": not_improving(children)}
    ours: list[Mapping[str, Any]] = []
    if best is not None:
        members["BestTrainingJob"] = summary(best)
        ours = [{**members["BestTrainingJob"], "TuningJobName": best.computed["TuningJobArn"].rpartition("/")[2]}]
    if parents:
        choose = min if parents[0][_FINAL]["Type"] == "Minimize" else max
        members["OverallBestTrainingJob"] = choose([*ours, *parents], key=_final)
    return members


def _final(one: Mapping[str, Any]) -> float:
    return float(one[_FINAL]["Value"])


def _minimizes(child: Resource) -> bool:
    return bool(child.computed[OBJECTIVE]["Type"] == "Minimize")


def _counted(child: Resource) -> str:
    if child.status == "Failed":
        retryable = str(child.computed.get("FailureReason", "")).startswith(_RETRYABLE)
        return "RetryableError" if retryable else "NonRetryableError"
    return child.status if child.status in ENDED else "InProgress"
