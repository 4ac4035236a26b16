from __future__ import annotations

import numpy as np

from benchmarks.present_side.made import EquallyGood
from benchmarks.present_side.policies import Policy, follow
from benchmarks.present_side.worlds import World, share_changed

EVERY = Policy("every model", "all")
SHIPPED = Policy("shipped", "recent", decline=True, window=True)


def test_a_change_is_seen_and_answered_sooner_than_by_taking_every_model() -> None:
    world = World("linear", "sudden", 3.0, 8, seed=1)
    every, shipped = follow(world, EVERY), follow(world, SHIPPED)
    assert every.promoted == tuple(range(1, 8))
    assert shipped.alarms[0] == world.first_changed == 4
    assert np.mean(shipped.ahead[4:]) < np.mean(every.ahead[4:])


def test_of_equals_every_promotion_is_counted() -> None:
    equal = EquallyGood("linear", "none", 1.0, 6, seed=1)
    assert len(follow(equal, EVERY).promoted) == 5
    assert follow(equal, SHIPPED).promoted == ()


def test_how_changes_come() -> None:
    assert [share_changed("gradual", drop, 24) for drop in (7, 8, 10, 13, 23)] == [0, 1 / 6, 0.5, 1, 1]
    assert [share_changed("recurring", drop, 24) for drop in (7, 8, 15, 16)] == [0, 1, 1, 0]
