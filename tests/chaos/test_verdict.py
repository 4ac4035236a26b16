"""The counting counts: every kind of harm is seen, and none where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.scenario import CLEAR, DEEDS, FAIL_TASK, MOMENTS, PERSON, TUNE, VICTIMS, Scenario, plan
from tests.chaos.verdict import Job, judge
from tests.support.chain import TRAININGS

LOST = "InternalServerError: The embedded AWS endpoint ended while the job was running. Please try again."
KILL = Scenario("s0001", "worker", "after Create", "train", True, 60, 0.5, 0.5, "task")
GOOD = [
    Job("chaos-train-s0001", "Completed", ("s0001", "train", 0)),
    Job("chaos-model-s0001", "Completed", ("s0001", "model", 0)),
    Job("chaos-predict-s0001", "Completed", ("s0001", "predict", 0)),
]


def again(suffix: str, status: str = "Completed", generation: int = 0, reason: str = "") -> Job:
    return Job(f"chaos-train-s0001{suffix}", status, ("s0001", "train", generation), reason)


def counted(scenario: Scenario, state: str | None, made: list[Job]) -> tuple[int, int, int]:
    verdict = judge(scenario, state, made)
    return len(verdict.duplicates), len(verdict.wrong), len(verdict.left)


def test_one_job_for_each_step_is_right() -> None:
    assert counted(KILL, "success", GOOD) == (0, 0, 0)


@pytest.mark.parametrize(
    ("extra", "harm"),
    [
        (again("-r1"), (1, 0, 0)),
        (again("-r1", "Stopped"), (1, 0, 0)),
        (again("-r1", "Failed", reason="AlgorithmError"), (1, 0, 0)),
        (again("-r1", "InProgress"), (1, 0, 1)),
        (again("-g1", generation=1), (1, 0, 0)),
        (Job("chaos-train-s0001-r1", "Completed", ("", "", -1)), (1, 0, 0)),
        (again("-r1", "Failed", reason=LOST), (0, 0, 0)),
    ],
)
def test_every_job_too_many_is_a_duplicate_unless_the_endpoint_lost_it(extra: Job, harm: tuple[int, int, int]) -> None:
    assert counted(KILL, "success", [*GOOD, extra]) == harm


def test_a_step_without_its_job_and_a_run_that_failed_are_wrong() -> None:
    assert counted(KILL, "success", GOOD[1:]) == (0, 1, 0)
    assert counted(KILL, "failed", GOOD) == (0, 1, 0)
    assert counted(KILL, None, GOOD) == (0, 1, 0)
    assert counted(KILL, "success", [again("", "Failed", reason=LOST), *GOOD[1:]]) == (0, 1, 0)


def test_a_person_who_fails_the_task_finds_its_job_stopped() -> None:
    failed = replace(KILL, victim=PERSON, moment=FAIL_TASK)
    assert counted(failed, "failed", [again("", "Stopped")]) == (0, 0, 0)
    assert counted(failed, "failed", [again("", "Failed", reason=LOST)]) == (0, 0, 0)
    assert counted(failed, "failed", [again("", "Completed")]) == (0, 0, 1)
    assert counted(failed, "failed", [again("", "InProgress")])[2] == 1
    assert counted(failed, "success", [again("", "Stopped")]) == (0, 1, 0)


def test_a_cleared_deferred_task_has_a_new_generation_and_the_old_job_stopped() -> None:
    cleared = replace(KILL, victim=PERSON, moment=CLEAR)
    new = again("-g2", generation=2)
    assert counted(cleared, "success", [again("", "Stopped"), new, *GOOD[1:]]) == (0, 0, 0)
    assert counted(cleared, "success", [again("", "Completed"), new, *GOOD[1:]]) == (0, 0, 1)
    assert counted(cleared, "success", [again("", "Stopped"), new, again("-g3", generation=3), *GOOD[1:]]) == (1, 0, 0)
    assert counted(cleared, "success", [again("", "Stopped"), *GOOD[1:]]) == (0, 1, 0)


def test_a_cleared_running_task_has_its_job_stopped_and_one_more() -> None:
    cleared = replace(KILL, victim=PERSON, moment=CLEAR, deferrable=False)
    assert counted(cleared, "success", [again("", "Stopped"), again("-r1"), *GOOD[1:]]) == (0, 0, 0)
    assert counted(cleared, "success", [again("", "Stopped"), again("-g1", generation=1), *GOOD[1:]]) == (0, 0, 0)
    assert counted(cleared, "success", GOOD) == (0, 0, 1)
    assert counted(cleared, "success", [again("", "Stopped"), *GOOD[1:]]) == (0, 1, 0)
    assert counted(cleared, "success", [again("", "Stopped"), again("-r1"), again("-r2"), *GOOD[1:]]) == (1, 0, 0)


def tuned(status: str, *ends: str) -> list[Job]:
    children = tuple(Job(f"chaos-tune-s0001-{n:03}-x", end, ("s0001", "tune", 0)) for n, end in enumerate(ends, 1))
    return [Job("chaos-tune-s0001", status, ("s0001", "tune", 0), children=children), *GOOD[1:]]


def test_a_tuning_job_has_all_its_trainings_and_no_more() -> None:
    tunes = replace(KILL, step=TUNE)
    ends = ["Completed"] * TRAININGS
    assert counted(tunes, "success", tuned("Completed", *ends)) == (0, 0, 0)
    assert counted(tunes, "success", tuned("Completed", *ends, "Completed")) == (1, 0, 0)
    assert counted(tunes, "success", tuned("Completed", *ends[1:])) == (0, 1, 0)
    assert counted(tunes, "success", tuned("Completed", *ends[1:], "Failed")) == (0, 1, 0)
    assert counted(tunes, "success", tuned("Completed", *ends[1:], "InProgress")) == (0, 1, 1)
    assert counted(tunes, "success", [*tuned("Completed", *ends), *tuned("Stopped", "Stopped")[:1]]) == (1, 0, 0)


def test_a_person_who_fails_a_tuning_finds_its_trainings_stopped() -> None:
    failed = replace(KILL, victim=PERSON, moment=FAIL_TASK, step=TUNE)
    assert counted(failed, "failed", tuned("Stopped", "Stopped", "Stopped")[:1]) == (0, 0, 0)
    assert counted(failed, "failed", tuned("Stopped", "Stopped", "InProgress")[:1]) == (0, 0, 1)


def test_the_same_seed_makes_the_same_scenarios() -> None:
    assert plan(60, 7) == plan(60, 7) != plan(60, 8)
    assert len({one.run for one in plan(60, 7)}) == 60


def test_one_turn_meets_every_victim_at_every_moment_and_two_strike_a_tuning_at_each() -> None:
    cells = {(victim, moment) for victim in VICTIMS for moment in MOMENTS} | {(PERSON, deed) for deed in DEEDS}
    assert {(one.victim, one.moment) for one in plan(len(cells), 7)} == cells
    assert {(one.victim, one.moment) for one in plan(2 * len(cells), 7) if one.step == TUNE} == cells


def test_a_worker_is_killed_only_where_there_is_one() -> None:
    inside = [one for one in plan(400, 1) if one.victim == "worker" and one.moment in ("job running", "job ended")]
    assert inside
    assert not any(one.deferrable for one in inside)
