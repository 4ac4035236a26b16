"""A training job's SecondaryStatus and its history; the other kinds of job have no such thing."""

from __future__ import annotations

from typing import Any

from include.local_aws.store import Resource, now

# The status messages that DescribeTrainingJob shows beside each status.
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds provided",
    "Interrupted": "The managed spot training instances were interrupted",
}


_FINAL = {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}


def transition(resource: Resource, secondary: str, *, final: bool = False, **computed: Any) -> Resource:
    """Return the resource with ``computed`` members set and, for a training job, its next SecondaryStatus.

    ``final`` says that an Interrupted job is not started again.
    """
    if resource.kind != "TrainingJob":
        return resource.with_(**computed)
    moment = now()
    history = [dict(entry) for entry in resource.computed.get("SecondaryStatusTransitions", [])]
    if history:
        history[-1].setdefault("EndTime", moment)
    entry: dict[str, Any] = {"Status": secondary, "StartTime": moment, "StatusMessage": _MESSAGES[secondary]}
    if final or secondary in _FINAL:
        entry["EndTime"] = moment
    return resource.with_(SecondaryStatus=secondary, SecondaryStatusTransitions=[*history, entry], **computed)
