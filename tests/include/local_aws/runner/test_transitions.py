from __future__ import annotations

from include.local_aws.runner.transitions import transition
from include.local_aws.store import Resource


def _resource(kind: str) -> Resource:
    return Resource("us-east-1", kind, "name", "arn", "InProgress", {})


def test_a_training_job_keeps_its_history() -> None:
    resource = transition(transition(_resource("TrainingJob"), "Starting"), "Failed", FailureReason="x")
    first, last = resource.computed["SecondaryStatusTransitions"]
    assert (first["Status"], last["Status"]) == ("Starting", "Failed")
    assert first["EndTime"] == last["StartTime"] == last["EndTime"]
    assert first["StatusMessage"] == "Preparing the instances for training"
    assert (resource.computed["SecondaryStatus"], resource.computed["FailureReason"]) == ("Failed", "x")


def test_other_jobs_have_none() -> None:
    resource = transition(_resource("TransformJob"), "Starting", FailureReason="x")
    assert resource.computed == {"FailureReason": "x"}
