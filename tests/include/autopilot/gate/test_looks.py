"""Looks are counted in S3: whoever comes at once, or again, gets a number of its own, or the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.locations import Locations
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.history import looks_before
from include.autopilot.gate.looks import Looks, Pair, sealed
from include.autopilot.gate.spending import Look
from include.autopilot.gate.verdict import Verdict
from tests.support.contenders import GATE, RMSE, regressors
from tests.support.toy import Toy

HOLDOUT = "d1ge5t"


def judged(**gate: Any) -> Callable[[Look], Verdict]:
    pair = regressors()["deep tree"], regressors()["ridge"]
    return lambda look: judge(*pair, RMSE, replace(GATE, **gate), look=look)


def number(looks: Looks, challenger: str, **gate: Any) -> int:
    found = looks.judged(Pair((challenger,), "champion"), judged(**gate)).look
    assert found is not None
    return found.number


@pytest.fixture
def looks(toy: Toy) -> Looks:
    return Looks(toy.s3, Locations(toy.config.root), sealed(HOLDOUT))


def test_every_comparison_is_the_next_look_and_the_same_one_is_the_same(looks: Looks) -> None:
    assert [number(looks, name) for name in ("a", "b", "c", "b")] == [1, 2, 3, 2]
    other = looks.judged(Pair(("b",), "another champion"), judged()).look
    assert other is not None
    assert other.number == 4


def test_numbers_of_two_digits_follow_those_of_one(looks: Looks) -> None:
    # S3 lists 10.json before 9.json.
    assert [number(looks, f"challenger {one}") for one in range(1, 13)] == list(range(1, 13))
    assert looks.count() == 12
    assert number(looks, "challenger 10") == 10


def test_the_verdict_tells_the_look_and_spends_its_share(looks: Looks) -> None:
    first = looks.judged(Pair(("a",), "champion"), judged())
    second = looks.judged(Pair(("b",), "champion"), judged())
    assert first.comparison is not None
    assert second.comparison is not None
    assert second.comparison.low < first.comparison.low
    assert "The 2nd look at these rows; 3.5 % of 5 % error left." in second.sentence
    assert f"{first.comparison.level:.4f}" == "0.9819"
    assert "98.2% interval of the gain" in first.sentence


@pytest.mark.parametrize("gate", [{"mode": "dry_run"}, {"min_holdout_rows": 1000}])
def test_what_promotes_nothing_spends_nothing(looks: Looks, gate: dict[str, Any]) -> None:
    assert [number(looks, "a", **gate), number(looks, "b", **gate), number(looks, "c")] == [1, 1, 1]


def test_a_challenger_older_than_the_champion_spends_nothing(looks: Looks) -> None:
    found = looks.judged(Pair(("old",), "champion"), judged(), promotable=False)
    assert found.look is not None
    assert (found.look.number, number(looks, "a")) == (1, 1)


def test_of_two_at_once_one_judges_again_with_the_next_number(looks: Looks) -> None:
    tried: list[int] = []

    def late(look: Look) -> Verdict:
        tried.append(look.number)
        if len(tried) == 1:
            assert number(looks, "faster") == 1
        return judged()(look)

    found = looks.judged(Pair(("slower",), "champion"), late)
    assert found.look is not None
    assert (tried, found.look.number) == ([1, 2], 2)
    assert number(looks, "slower") == 2


def test_streams_and_what_begins_them_anew_are_counted_apart(looks: Looks) -> None:
    assert [number(looks, name) for name in ("a", "b")] == [1, 2]
    recent = replace(looks, stream="recent")
    assert [number(recent, name) for name in ("a", "b")] == [1, 2]
    anew = replace(recent, since="2024-05-01")
    assert [number(anew, name) for name in ("b", "c")] == [1, 2]
    assert number(recent, "c") == 3


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b"])
def test_a_name_that_is_none_is_refused(looks: Looks, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a stream"):
        replace(looks, since=name)


def test_challengers_may_share_a_look(looks: Looks) -> None:
    both = looks.judged(Pair(("a", "b"), "champion"), judged()).look
    assert both is not None
    assert (both.number, number(looks, "a")) == (1, 2)


def test_verdicts_of_earlier_releases_count(toy: Toy) -> None:
    def earlier(version: int, compared: Any = "somebody", **gate: Any) -> dict[str, Any]:
        verdict = judged(**gate)(Look("", 1)).as_json()
        del verdict["look"]
        content = {"kind": "run", "cutoff": f"2024-0{version}", "verdict": verdict, "compared": compared}
        toy.put(f"ledger/run.v{version}.json", json.dumps(content).encode())
        return content

    first = earlier(1, None)
    earlier(2)
    earlier(3)
    earlier(4, mode="dry_run")
    toy.put("ledger/run.v5.json", json.dumps({**first, "verdict": {**first["verdict"], "holdout": "other"}}).encode())
    where = Locations(toy.config.root)
    looks = Looks(toy.s3, where, sealed(HOLDOUT), before=lambda: looks_before(toy.s3, where, HOLDOUT))
    assert [number(looks, name) for name in ("a", "b", "a")] == [3, 4, 3]
