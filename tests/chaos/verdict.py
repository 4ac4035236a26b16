"""Counting, once all has settled: one job per run, step and generation; the right ends; nothing left running."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.scenario import CLEAR, FAIL_RUN, FAIL_TASK, STEPS, Scenario

_TAG = "airflow-autopilot:"
_LIVE = frozenset({"InProgress", "Stopping"})
# What the embedded AWS says of a job that ran when it was killed; only such a job may be followed by another one.
_LOST = "The embedded AWS endpoint ended while the job was running"


@dataclass(frozen=True)
class Job:
    """A training or transform job, or a model.

    :param owner: (run, step, generation) as its tags say.
    :param reason: SageMaker's FailureReason.
    """

    name: str
    status: str
    owner: tuple[str, str, int]
    reason: str = ""


@dataclass
class Verdict:
    """What was wrong with one scenario; all empty when nothing was."""

    duplicates: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def jobs(client: Any) -> list[Job]:
    """Read every job and model from the embedded AWS, with the tags that tell whose it is."""
    found: list[Job] = []
    for stem, member in (("training_job", "TrainingJob"), ("transform_job", "TransformJob"), ("model", "Model")):
        pages = client.get_paginator(f"list_{stem}s").paginate(NameContains="chaos-")
        for summary in (one for page in pages for one in page[f"{member}{'Summaries' if stem != 'model' else 's'}"]):
            name = summary[f"{member}Name"]
            described = getattr(client, f"describe_{stem}")(**{f"{member}Name": name})
            tags = client.list_tags(ResourceArn=summary[f"{member}Arn"])["Tags"]
            status = described.get(f"{member}Status", "Completed")
            found.append(Job(name, status, _owner(tags), described.get("FailureReason", "")))
    return found


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
        if job.status in _LIVE:
            verdict.left.append(f"{job.name} is {job.status}")
    if scenario.moment == CLEAR and not scenario.deferrable:
        _judge_cleared(by_owner, verdict)
    expected = _expected(scenario)
    for key in by_owner.keys() - set(expected):
        # A killed endpoint may have written a job and not its tags.
        strange = [job for job in by_owner[key] if _LOST not in job.reason]
        verdict.duplicates += [f"{job.name} ({job.status}) belongs to no step: {key}" for job in strange]
    for key, ends in expected.items():
        _judge_step(key, by_owner[key], ends, verdict)
    return verdict


def _judge_cleared(by_owner: dict[tuple[str, int], list[Job]], verdict: Verdict) -> None:
    """Set the job aside that a cleared running task had, which must have been stopped.

    Airflow tells such a task to try again: the next job is one more of the same generation. Only if Airflow had given
    the task up at that moment, it is a new generation.
    """
    found = by_owner[("train", 0)] + by_owner.pop(("train", 1), [])
    stopped = [job for job in found if job.status == "Stopped"]
    if not stopped and not any(_LOST in job.reason for job in found):
        verdict.left.append(f"the cleared task's job was not stopped: {found}")
    by_owner[("train", 0)] = [job for job in found if job not in stopped[:1]]


def _expected(scenario: Scenario) -> dict[tuple[str, int], str]:
    """Give the status in which the one job of every (step, generation) must have ended."""
    if scenario.moment in (FAIL_TASK, FAIL_RUN):
        return {("train", 0): "Stopped"}
    if scenario.moment == CLEAR and scenario.deferrable:
        # The steps after the cleared one had not been tried yet, so theirs is still the first generation.
        return {
            ("train", 0): "Stopped",
            ("train", 1): "Completed",
            ("model", 0): "Completed",
            ("predict", 0): "Completed",
        }
    return {(step, 0): "Completed" for step in STEPS}


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
