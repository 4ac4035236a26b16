"""Fifty runs that finish together: the newest eligible challenger is the champion in the end, every time."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from include.autopilot.champion.ledger import events_of, timeline
from include.autopilot.champion.pointer import settle
from include.autopilot.champion.version import Version
from tests.support.promotions import Contest, month

RUNS = 50


def race(contest: Contest, versions: list[Version], against: Version | None) -> list[Any]:
    """Propose all of them at the same moment, each compared with the same champion of before."""
    barrier = Barrier(len(versions))

    def run(version: Version) -> Any:
        barrier.wait()
        return contest.promote(version, against)

    with ThreadPoolExecutor(len(versions)) as threads:
        return list(threads.map(run, versions))


@pytest.mark.whole
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fifty_promotions_at_once_end_with_the_newest_eligible(contest: Contest, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - an order, not a secret
    first = contest.crown(month(1), 1.0)
    # Every eligible one is better than all before it, by more than the gate asks for; the newest three never are.
    eligible = {number: number <= RUNS - 2 and dice.random() < 0.7 for number in range(2, RUNS + 2)}
    versions = {
        number: contest.challenger(month(number), 0.98**number if good else 1.2) for number, good in eligible.items()
    }
    newest = versions[max(number for number, good in eligible.items() if good)]
    order = list(versions.values())
    dice.shuffle(order)
    outcomes = race(contest, order, first)
    assert contest.champion == newest
    assert contest.approved == [newest.version]
    moves = timeline(contest.store.s3, contest.store.locations)
    assert [one["number"] for one in moves] == list(range(1, len(moves) + 1))
    cutoffs = [one["version"]["cutoff"] for one in moves]
    assert cutoffs == sorted(cutoffs)
    assert len(moves) - 1 == sum(one["kind"] == "promoted" for one in outcomes)
    for number, version in versions.items():
        happened = [one["kind"] for one in events_of(contest.store.s3, contest.store.locations, version)]
        assert len(happened) == 1
        assert eligible[number] or happened == ["kept"]
        assert contest.status(version) == ("Approved" if version == newest else "Rejected")


def test_two_first_models_at_once_make_one_champion(contest: Contest) -> None:
    for _ in range(3):
        fresh = Contest.at(contest.store.s3, contest.store.registry.sagemaker)
        one, other = fresh.challenger(month(1), 1.0), fresh.challenger(month(2), 0.5)
        kinds = [outcome["kind"] for outcome in race(fresh, [one, other], None)]
        assert fresh.champion == other
        assert fresh.approved == [other.version]
        assert kinds in (["promoted", "promoted"], ["kept", "promoted"])


def test_statuses_follow_although_many_settle_at_once(contest: Contest) -> None:
    for number in range(1, 5):
        contest.crown(month(number), 0.9**number)
    versions = [contest.challenger(month(number), 0.9**number) for number in range(5, 9)]
    barrier = Barrier(8)

    def work(version: Version | None) -> None:
        barrier.wait()
        settle(contest.store) if version is None else contest.promote(version, contest.champion)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, [*versions, None, None, None, None]))
    assert contest.champion == versions[-1]
    assert contest.approved == [versions[-1].version]
