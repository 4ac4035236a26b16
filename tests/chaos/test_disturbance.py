"""A strike that waits for its turn belongs to its scenario until it is done or given up."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from tests.chaos.disturbance import Disturbance
from tests.chaos.scenario import BEFORE, Scenario
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
