"""Counting, once all has settled: one job per run, step and generation; the right ends; nothing left running."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from tests.chaos.scenario import CLEAR, FAIL_RUN, FAIL_TASK, THEN, TUNE, Scenario
from tests.support.chain import TRAININGS

# A tuning job comes after its trainings, for it takes them.
JOBS = ("TrainingJob", "TransformJob", "HyperParameterTuningJob")

_TAG = "airflow-autopilot:"
_LIVE = frozenset({"InProgress", "Stopping"})
# What the embedded AWS says of a job that ran when it was killed; only such a job may be followed by another one.
_LOST = "The embedded AWS endpoint ended while the job was running"


@dataclass(frozen=True)
class Job:
    """A training, transform or tuning job, or a model.

    :param owner: (run, step, generation) as its tags say.
    :param reason: SageMaker's FailureReason.
    :param children: the trainings of a tuning job.
    """

    name: str
    status: str
    owner: tuple[str, str, int]
    reason: str = ""
    children: tuple[Job, ...] = ()


@dataclass
class Verdict:
    """What was wrong with one scenario; all empty when nothing was."""

    duplicates: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def jobs(client: Any) -> list[Job]:
    """Read every job and model from the embedded AWS, with the tags that tell whose it is."""
    found: dict[str, list[Job]] = defaultdict(list)
    for kind in (*JOBS, "Model"):
        pages = client.get_paginator(xform_name(f"List{kind}s")).paginate(NameContains="chaos-")
        for summary in (one for page in pages for one in page["Models" if kind == "Model" else f"{kind}Summaries"]):
            name, arn = summary[f"{kind}Name"], summary[f"{kind}Arn"]
            described = getattr(client, xform_name(f"Describe{kind}"))(**{f"{kind}Name": name})
            owner = _owner(client.list_tags(ResourceArn=arn)["Tags"])
            status, reason = described.get(f"{kind}Status", "Completed"), described.get("FailureReason", "")
            job = Job(name, status, owner, reason, tuple(found.pop(arn, ())))
            found[described.get("TuningJobArn", "")].append(job)
    # A training whose tuning job is not there stands among the others, where it counts as one too many.
    return [job for those in found.values() for job in those]


def _owner(tags: Iterable[Mapping[str, str]]) -> tuple[str, str, int]:
    told = {tag["Key"].removeprefix(_TAG): tag["Value"] for tag in tags if tag["Key"].startswith(_TAG)}
    return told.get("run", ""), told.get("task", ""), int(told.get("generation", -1))


def judge(scenario: Scenario, state: str | None, made: Iterable[Job]) -> Verdict:
    """Judge one scenario by its run's state and the jobs of its run, however they are tagged."""
    verdict = Verdict()
    if state != scenario.ends:
        verdict.wrong.append(f"{scenario.run} is {state}, not {scenario.ends}")
    by_owner: dict[tuple[str, int], list[Job]] = defaultdict(list)
    for job in made:
        # A generation's number is the number of the try that was cleared; nobody is cleared more than once here.
        by_owner[job.owner[1], min(job.owner[2], 1)].append(job)
        verdict.left += [f"{one.name} is {one.status}" for one in (job, *job.children) if one.status in _LIVE]
        _judge_children(job, verdict)
    if scenario.moment == CLEAR and not scenario.deferrable:
        _judge_cleared(scenario.step, by_owner, verdict)
    expected = _expected(scenario)
    for key in by_owner.keys() - set(expected):
        # A killed endpoint may have written a job and not its tags.
        strange = [job for job in by_owner[key] if _LOST not in job.reason]
        verdict.duplicates += [f"{job.name} ({job.status}) belongs to no step: {key}" for job in strange]
    for key, ends in expected.items():
        _judge_step(key, by_owner[key], ends, verdict)
    return verdict


def _judge_children(job: Job, verdict: Verdict) -> None:
    """Look whether a tuning job has made its trainings: all of them if it completed, and never more."""
    ends = [one.status for one in job.children]
    told = f"{job.name} is {job.status}, its trainings are {ends}"
    if len(ends) > TRAININGS:
        verdict.duplicates.append(told)
    elif job.owner[1] == TUNE and job.status == "Completed" and ends != ["Completed"] * TRAININGS:
        verdict.wrong.append(told)


def _judge_cleared(step: str, by_owner: dict[tuple[str, int], list[Job]], verdict: Verdict) -> None:
    """Set the job aside that a cleared running task had, which must have been stopped.

    Airflow tells such a task to try again: the next job is one more of the same generation. Only if Airflow had given
    the task up at that moment, it is a new generation.
    """
    found = by_owner[(step, 0)] + by_owner.pop((step, 1), [])
    stopped = [job for job in found if job.status == "Stopped"]
    if not stopped and not any(_LOST in job.reason for job in found):
        verdict.left.append(f"the cleared task's job was not stopped: {found}")
    by_owner[(step, 0)] = [job for job in found if job not in stopped[:1]]


def _expected(scenario: Scenario) -> dict[tuple[str, int], str]:
    """Give the status in which the one job of every (step, generation) must have ended."""
    if scenario.moment in (FAIL_TASK, FAIL_RUN):
        return {(scenario.step, 0): "Stopped"}
    if scenario.moment == CLEAR and scenario.deferrable:
        # The steps after the cleared one had not been tried yet, so theirs is still the first generation.
        ends = {(scenario.step, 0): "Stopped", (scenario.step, 1): "Completed"}
        return ends | {(step, 0): "Completed" for step in THEN}
    return {(step, 0): "Completed" for step in scenario.steps}


def _judge_step(key: tuple[str, int], found: list[Job], ends: str, verdict: Verdict) -> None:
    # A job that the embedded AWS lost when it was killed is nobody's fault; any other is paid for.
    paid = [job for job in found if _LOST not in job.reason]
    told = ", ".join(f"{job.name} {job.status}" for job in found) or "no job"
    if len(paid) > 1:
        verdict.duplicates += [f"{len(paid)} jobs for {key}: {told}"] * (len(paid) - 1)
    elif ends == "Stopped" and found and not paid:
        return  # it was lost before anybody had to stop it
    elif not paid or paid[0].status not in _LIVE | {ends}:
        kind = verdict.left if ends == "Stopped" and paid and paid[0].status == "Completed" else verdict.wrong
        kind.append(f"{key} did not end {ends}: {told}")
