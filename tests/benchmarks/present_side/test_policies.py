from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.present_side.made import EquallyGood
from benchmarks.present_side.policies import Policy, follow, shipped_model
from benchmarks.present_side.worlds import World, share_changed
from include.autopilot.settings.decline import DeclineConfig
from include.autopilot.settings.window import Newest

EVERY = Policy("every model", shipped_model(), every=True)
SHIPPED = Policy("shipped", shipped_model())


def test_a_change_is_seen_and_answered_sooner_than_by_taking_every_model() -> None:
    world = World("linear", "sudden", 3.0, 8, seed=1)
    every, shipped = follow(world, EVERY), follow(world, SHIPPED)
    assert every.promoted == tuple(range(1, 8))
    assert shipped.alarms[0] == world.first_changed == 4
    assert np.mean(shipped.ahead[4:]) < np.mean(every.ahead[4:])


def test_what_is_shipped_is_what_the_form_says() -> None:
    model = SHIPPED.model
    assert (model.gate.judge_on, model.window, model.exam, model.decline.then) == ("recent", "auto", "on", "tell")
    assert SHIPPED.declines
    with pytest.raises(ValueError, match="only all and auto are simulated"):
        Policy("another", replace(model, window=Newest(drops=3)))


def test_an_exam_acts_in_the_run_after_it_unless_it_starts_one() -> None:
    world = World("linear", "sudden", 3.0, 10, seed=2)
    starting = replace(SHIPPED.model, decline=DeclineConfig(then="retrain", schedule="0 6 * * *"))
    told, started = follow(world, SHIPPED), follow(world, Policy("started", starting))
    assert told.alarms[0] == started.alarms[0] == world.first_changed == 5
    assert (5 in started.promoted, 5 in told.promoted, 6 in told.promoted) == (True, False, True)


def test_of_equals_every_promotion_is_counted() -> None:
    equal = EquallyGood("linear", "none", 1.0, 6, seed=1)
    assert len(follow(equal, EVERY).promoted) == 5
    assert follow(equal, SHIPPED).promoted == ()


def test_how_changes_come() -> None:
    assert [share_changed("gradual", drop, 24) for drop in (7, 8, 10, 13, 23)] == [0, 1 / 6, 0.5, 1, 1]
    assert [share_changed("recurring", drop, 24) for drop in (7, 8, 15, 16)] == [0, 1, 1, 0]
