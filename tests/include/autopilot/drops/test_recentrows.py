"""Which rows judge while they are new: a key's age, its window, what is one row with it, and what then may train."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.autopilot.base.errors import LeakError
from include.autopilot.drops.guard import check_leaks
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.drops.recentrows import Judging, judging
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import RecentConfig
from tests.support import flows
from tests.support.superseded import again, featurize
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import prepare, read_csv

Delivery = tuple[str, str]
CUTOFFS = {month: datetime(2024, month, 1, tzinfo=UTC) for month in (2, 3, 4, 5)}


def table_of(drops: list[list[Delivery]]) -> KeyTable:
    """A table of keys and contents, drop by drop."""
    table = KeyTable("key TEXT, folded TEXT, print TEXT, drop_ INTEGER")
    for place, drop in enumerate(drops):
        table.add((key, identity(key).folded, content, place) for key, content in drop)
    return table


def looked(drops: list[list[Delivery]], rows: int, share: float = 0.5) -> tuple[Judging, set[Delivery]]:
    """What judges, and what may be trained on."""
    with table_of(drops) as table:
        found = judging(table, len(drops), RecentConfig(share, rows), "refuse")
        table.remove(found.rows(table))
        return found, {(key, content) for key, content in table.select("SELECT key, print FROM rows")}


# Few keys and contents, so that keys come again, and contents under other keys.
DELIVERIES = st.tuples(st.integers(0, 30).map(lambda number: f"k{number}"), st.integers(0, 60).map(str))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(DELIVERIES, max_size=12), min_size=2, max_size=6), st.integers(2, 12))
def test_no_earlier_run_has_trained_on_a_row_that_judges(drops: list[list[Delivery]], rows: int) -> None:
    now, _ = looked(drops, rows)
    newest = {key: content for drop in drops for key, content in drop}
    contents = {newest[key] for key in now.keys}
    for until in range(1, len(drops) + 1):
        _, trained = looked(drops[:until], rows)
        assert not {key for key, _ in trained} & now.keys
        assert not {content for _, content in trained} & contents


def test_there_is_a_window_and_what_left_it_trains() -> None:
    drops = [[(f"{drop}-{number}", f"{drop}-{number}") for number in range(40)] for drop in "abc"]
    found, trained = looked(drops, 30)
    assert len(found.keys) == 30
    # The newest drop's are all in; of the one before those that the hash says.
    newest = found.recent[2]
    assert len([key for key in found.keys if key.startswith("c")]) == newest < 30
    assert len([key for key in found.keys if key.startswith("b")]) == 30 - newest
    assert len(trained) == 90


@pytest.fixture
def judged(toy: Toy) -> Toy:
    """A drop a month of 40 rows, of which half judge, 24 at most."""
    gate = GateConfig(judge_on="recent", min_holdout_rows=10, resamples=1000)
    toy.config = replace(toy.config, gate=gate, recent=RecentConfig(0.5, 24))
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(100, 40)))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(140, 40)))
    toy.put("drops/2024-04-01/fourth.csv", csv_bytes(rows(180, 40)))
    return toy


def key_of(month: int) -> str:
    return f"2024{month:02}01T000000-0000000{month}"


def run(toy: Toy, month: int, **options: Any) -> Plan:
    """A run up to the manifests."""
    prepared = prepare(toy, CUTOFFS[month], key_of(month), **options)
    featurize(toy, prepared["featurize"], "recordio")
    flows.training_request(toy, prepared["plan"])
    return load_plan(toy.s3, prepared["plan"])


def judges(toy: Toy, plan: Plan) -> list[str]:
    return [row[0] for row in read_csv(toy, plan.run_folder.holdout("recent"))]


def sides(toy: Toy, plan: Plan) -> dict[str, list[str]]:
    """The keys that the guard sees, by side."""
    check_leaks(toy.s3, toy.config, plan)
    found: dict[str, list[str]] = {}
    for side, key, _ in read_csv(toy, plan.run_folder.rows)[1:]:
        found.setdefault(side, []).append(key)
    return found


def test_they_are_the_first_holdout_and_train_when_newer_ones_are_enough(judged: Toy) -> None:
    march, april = run(judged, 3), run(judged, 4)
    for plan in (march, april):
        assert [one.name for one in plan.holdouts] == ["recent", "sealed", "second"]
        assert [one.sealed for one in plan.holdouts] == [False, True, True]
        assert len(judges(judged, plan)) == sum(drop.judging for drop in plan.drops) == 24
        seen = sides(judged, plan)
        assert not set(judges(judged, plan)) & {*seen["train"], *seen["validation"]}
    graduated = set(judges(judged, march)) - set(judges(judged, april))
    seen = sides(judged, april)
    assert graduated
    assert graduated < {*seen["train"], *seen["validation"]}
    # No featurizing again: what was made of March serves April.
    assert march.drops[-1].features == april.drops[-2].features


def test_the_order_of_runs_changes_no_byte(judged: Toy) -> None:
    def content(plan: Plan) -> list[bytes]:
        files = [plan.run_folder.manifest(side) for side in ("train", "validation")]
        return [judged.get(uri) for uri in (*files, plan.run_folder.recent, plan.run_folder.holdout("recent"))]

    before = {month: content(run(judged, month)) for month in (2, 3, 4)}
    for month in (4, 3, 2):
        assert content(run(judged, month)) == before[month]


def test_a_correction_judges_in_the_place_of_what_it_corrects_and_makes_no_key_young(judged: Toy) -> None:
    plan = run(judged, 4)
    one, *_ = sorted(set(judges(judged, plan)))
    old = next(key for key in sides(judged, plan)["train"] if key.startswith("row-10"))
    numbers = [int(key.removeprefix("row-")) for key in (one, old)]
    judged.put(
        "drops/2024-05-01/fifth.csv", csv_bytes([again(range(number, number + 1), add=1.0)[0] for number in numbers])
    )
    later = run(judged, 5)
    assert set(judges(judged, later)) == set(judges(judged, plan))
    targets = {row[0]: row[1] for row in read_csv(judged, later.run_folder.holdout("recent"))}
    assert float(targets[one]) == pytest.approx(float(rows(numbers[0], 1)[0]["y"]) + 1)
    assert old in sides(judged, later)["train"]


def test_a_row_that_judges_does_not_train_under_another_key(judged: Toy) -> None:
    one = sorted(judges(judged, run(judged, 4)))[0]
    twin = {**rows(int(one.removeprefix("row-")), 1)[0], "id": "another"}
    judged.put("drops/2024-05-01/fifth.csv", csv_bytes([twin, *rows(300, 2)]))
    later = run(judged, 5)
    assert one in judges(judged, later)
    seen = sides(judged, later)
    assert "another" not in {*seen["train"], *seen["validation"], *seen["holdout"]}


def test_a_scope_of_few_drops_judges_by_the_same_rows(judged: Toy) -> None:
    whole = judges(judged, run(judged, 4))
    plan = run(judged, 4, scope="new")
    assert judges(judged, plan) == whole
    assert not set(whole) & {*sides(judged, plan)["train"]}


def test_the_guard_finds_one_that_trains_too_early(judged: Toy) -> None:
    plan = run(judged, 4)
    uri = plan.run_folder.manifest("train")
    head, *files = json.loads(judged.get(uri))
    # The drop's own features, with all of its rows, in the place of the copy without those that judge.
    whole = [
        file if "/without/" not in file else f"{file.partition('/without/')[0]}/train/chunk_0.csv.out" for file in files
    ]
    assert whole != files
    judged.put(uri.partition("/toy/")[2], json.dumps([head, *whole]).encode())
    with pytest.raises(LeakError, match=r"is on two sides: holdout \(recent:\d+\) and train"):
        check_leaks(judged.s3, judged.config, plan)


def test_without_it_nothing_is_new_in_what_is_prepared(judged: Toy) -> None:
    plan = run(judged, 4)
    judged.config = replace(judged.config, gate=GateConfig())
    sealed = run(judged, 4)
    assert [drop.prepared for drop in sealed.drops] == [drop.prepared for drop in plan.drops]
    assert [one.name for one in sealed.holdouts] == ["sealed", "second"]
    assert sealed.learned == tuple(drop.prepared.prepared for drop in sealed.used)


def test_runs_at_once_change_no_byte(judged: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {month: judged.get(run(judged, month).run_folder.recent) for month in (2, 3, 4)}
    for folder in ("prepared/", "runs/", "bundles/", "features/"):
        for key in judged.keys(folder):
            judged.s3.delete_object(Bucket="toy-models", Key=f"toy/{key}")
    # The S3 in this process takes one request at a time: an object that is replaced while it is read breaks it.
    lock, ask = Lock(), judged.s3._make_api_call

    def one_at_a_time(*request: Any) -> Any:
        with lock:
            return ask(*request)

    monkeypatch.setattr(judged.s3, "_make_api_call", one_at_a_time)
    with ThreadPoolExecutor(3) as threads:
        plans = list(threads.map(lambda month: prepare(judged, CUTOFFS[month], key_of(month)), (2, 3, 4)))
    found = [load_plan(judged.s3, one["plan"]) for one in plans]
    assert [judged.get(plan.run_folder.recent) for plan in found] == list(before.values())
