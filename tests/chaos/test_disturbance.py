"""A strike that waits for its turn belongs to its scenario until it is done or given up."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.airflow_state import Task
from tests.chaos.disturbance import Disturbance
from tests.chaos.scenario import BEFORE, FAIL_RUN, PERSON, Scenario
from tests.chaos.tap import Call

ONE = Scenario("s0001", "aws", BEFORE, "train", True, 60, 0.5, 0.5, "alone")
ITS_MOMENT = Call("CreateTrainingJob", {"TrainingJobName": "chaos-train-s0001"})


class Down:
    """A cluster whose every component is down already, as ``asked`` tells."""

    def __init__(self) -> None:
        self.tap = SimpleNamespace()
        self.asked = threading.Event()

    def kill(self, *_: Any) -> bool:
        self.asked.set()
        return False


def test_a_strike_is_under_way_until_it_is_given_up() -> None:
    cluster: Any = Down()
    disturbance = Disturbance(cluster, SimpleNamespace(), None)  # type: ignore[arg-type]
    disturbance.expect(ONE)
    assert not disturbance.is_under_way(ONE.run)
    call = threading.Thread(target=cluster.tap.before, args=(ITS_MOMENT,))
    call.start()
    assert cluster.asked.wait(30)
    assert disturbance.is_under_way(ONE.run)
    disturbance.rest()
    call.join(30)
    assert not call.is_alive()
    assert not disturbance.is_under_way(ONE.run)
    assert not disturbance.done


def test_nobody_strikes_after_the_end() -> None:
    cluster: Any = Down()
    disturbance = Disturbance(cluster, SimpleNamespace(), None)  # type: ignore[arg-type]
    disturbance.expect(ONE)
    disturbance.rest()
    assert cluster.tap.before(ITS_MOMENT)
    assert not cluster.asked.is_set()


class Forgetful:
    """An Airflow whose scheduler writes success over the first mark of a person."""

    def __init__(self, locks_rows: bool) -> None:
        self.locks_rows, self.marks = locks_rows, 0

    def tasks(self) -> dict[tuple[str, str], Task]:
        return {("s0002", "train"): Task("deferred", None, 1)}

    def fail_run(self, *_: str) -> None:
        self.marks += 1

    def runs(self) -> dict[str, str]:
        return {"s0002": "success" if self.marks == 1 else "failed"}


@pytest.mark.parametrize(
    ("locks_rows", "marks", "told"),
    [(False, 2, "a person fails the run twice: Airflow lost the first mark"), (True, 1, "a person fails the run")],
)
def test_a_mark_that_airflow_lost_is_set_again_on_sqlite_only(locks_rows: bool, marks: int, told: str) -> None:
    airflow: Any = Forgetful(locks_rows)
    cluster: Any = Down()
    live = SimpleNamespace(list_training_jobs=lambda **_: {"TrainingJobSummaries": [{}]})
    disturbance = Disturbance(cluster, airflow, live)
    person = Scenario("s0002", PERSON, FAIL_RUN, "train", True, 60, 0.0, 0.0, "whole")
    disturbance.expect(person)
    cluster.tap.replied(Call("CreateTrainingJob", {"TrainingJobName": "chaos-train-s0002"}), True)
    while disturbance.is_under_way("s0002"):
        time.sleep(0.01)
    assert airflow.marks == marks
    assert disturbance.done["s0002"] == told
