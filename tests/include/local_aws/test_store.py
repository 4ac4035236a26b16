from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.local_aws.store import AlreadyThere, Query, Resource, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def _job(name: str, kind: str = "TrainingJob", region: str = "us-east-1", status: str = "InProgress") -> Resource:
    return Resource(region, kind, name, f"arn:{region}:{kind}/{name}", status, request={"Name": name})


def test_what_is_stored_comes_back_after_a_restart(tmp_path: Path) -> None:
    moment = datetime(2024, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    first = Store(tmp_path / "store.sqlite")
    stored = first.insert(_job("a").with_(When=[{"At": moment}]), [{"Key": "team", "Value": "x"}])
    first.close()
    again = Store(tmp_path / "store.sqlite")
    found = again.get("us-east-1", "TrainingJob", "a")
    assert found == stored
    assert found is not None
    assert found.computed["When"][0]["At"] == moment
    assert again.tags(stored.arn) == {"team": "x"}


def test_a_name_is_taken_once_per_region_and_kind(store: Store) -> None:
    store.insert(_job("a"))
    with pytest.raises(AlreadyThere) as taken:
        store.insert(_job("a"))
    assert taken.value.resource.name == "a"
    store.insert(_job("A"))
    store.insert(_job("a", kind="TransformJob"))
    store.insert(_job("a", region="eu-west-1"))


def test_automl_names_differ_in_more_than_case(store: Store) -> None:
    store.insert(_job("Search", kind="AutoMLJob"))
    with pytest.raises(AlreadyThere):
        store.insert(_job("search", kind="AutoMLJob"))
    found = store.get("us-east-1", "AutoMLJob", "SEARCH")
    assert found is not None
    assert found.name == "Search"


def test_change_is_atomic(store: Store) -> None:
    store.insert(_job("a").with_(Count=0))

    def count() -> None:
        for _ in range(50):
            store.change("us-east-1", "TrainingJob", "a", lambda found: found.with_(Count=found.computed["Count"] + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.get("us-east-1", "TrainingJob", "a")
    assert found is not None
    assert found.computed["Count"] == 400


def test_a_step_can_leave_a_resource_alone(store: Store) -> None:
    store.insert(_job("a"))
    assert store.change("us-east-1", "TrainingJob", "a", lambda _: None) is None
    assert store.change("us-east-1", "TrainingJob", "missing", lambda found: found) is None


def test_setting_none_removes_a_member() -> None:
    assert _job("a").with_(One=1, Two=2).with_(One=None).computed == {"Two": 2}


def test_deleting_takes_the_tags_along(store: Store) -> None:
    resource = store.insert(_job("a"), [{"Key": "k", "Value": "v"}])
    store.delete(resource)
    assert store.get("us-east-1", "TrainingJob", "a") is None
    assert store.tags(resource.arn) == {}
    assert store.by_arn(resource.arn) is None


def test_tags_are_added_replaced_and_removed(store: Store) -> None:
    store.add_tags("arn", [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "1"}])
    store.add_tags("arn", [{"Key": "b", "Value": "2"}])
    assert store.tags("arn") == {"a": "1", "b": "2"}
    store.remove_tags("arn", ["a", "never there"])
    assert store.tags("arn") == {"b": "2"}


def test_unfinished_are_those_that_run_in_any_region(store: Store) -> None:
    for name, status in (("a", "InProgress"), ("b", "Stopping"), ("c", "Completed"), ("d", "Failed")):
        store.insert(_job(name, status=status))
    store.insert(_job("e", region="eu-west-1"))
    assert {found.name for found in store.unfinished()} == {"a", "b", "e"}


def test_candidates_keep_their_order_when_replaced(store: Store) -> None:
    for name, value in (("one", 1), ("two", 2), ("one", 3)):
        store.put_candidate("job", {"CandidateName": name, "Value": value})
    store.put_candidate("other", {"CandidateName": "one", "Value": 9})
    assert store.candidates("job") == [{"CandidateName": "one", "Value": 3}, {"CandidateName": "two", "Value": 2}]


def test_find_filters_sorts_and_goes_on(store: Store) -> None:
    for name in ("b-1", "a-1", "b-2", "c-1"):
        store.insert(_job(name))
    store.insert(_job("b-9", region="eu-west-1"))
    names = Query("us-east-1", "TrainingJob", sort="name")
    assert [found.name for found in store.find(names)] == ["a-1", "b-1", "b-2", "c-1"]
    assert [found.name for found in store.find(replace(names, descending=True, limit=2))] == ["c-1", "b-2"]
    assert [found.name for found in store.find(replace(names, name_contains="b-"))] == ["b-1", "b-2"]
    assert [found.name for found in store.find(replace(names, after=("b-1", "b-1")))] == ["b-2", "c-1"]
    rest = replace(names, descending=True, after=("b-2", "b-2"))
    assert [found.name for found in store.find(rest)] == ["b-1", "a-1"]


def test_find_by_time_and_status(store: Store) -> None:
    resource = store.insert(_job("a"))
    query = Query("us-east-1", "TrainingJob")
    second = timedelta(seconds=1)
    assert store.find(replace(query, created_after=resource.created - second))
    assert not store.find(replace(query, created_after=resource.created))
    assert store.find(replace(query, created_before=resource.created + second))
    assert not store.find(replace(query, modified_before=resource.modified))
    assert store.find(replace(query, modified_after=resource.modified - second))
    assert not store.find(replace(query, status="Failed"))


def test_what_cannot_be_stored_is_told(store: Store) -> None:
    with pytest.raises(TypeError, match="cannot store"):
        store.insert(_job("a").with_(Bad=object()))
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.insert(_job("a").with_(Bad=float("nan")))
    assert store.find(Query("us-east-1", "TrainingJob", members={"Bad": "x"})) == []


def test_metrics_that_no_query_can_look_past_are_taken_out(tmp_path: Path) -> None:
    """As earlier releases stored them: with one of them no list came any more, and no endpoint started."""
    first = Store(tmp_path / "s.db")
    first.insert(_job("a").with_(Metrics=[{"Name": "good", "Value": 1.5}], _Series=[0.5]))
    first.close()
    with sqlite3.connect(tmp_path / "s.db") as db:
        told = (
            '{"Metrics": [{"Name": "good", "Value": 1.5}, {"Name": "bad", "Value": NaN}], "_Series": [0.5, -Infinity]}'
        )
        db.execute("UPDATE resource SET computed=?", (told,))
    db.close()
    store = Store(tmp_path / "s.db")
    assert store.find(Query("us-east-1", "TrainingJob", members={"Group": "g"})) == []
    again = store.get("us-east-1", "TrainingJob", "a")
    assert again is not None
    assert dict(again.computed) == {"Metrics": [{"Name": "good", "Value": 1.5}], "_Series": [0.5]}


def test_members_are_compared_as_they_are_described(store: Store) -> None:
    store.insert(replace(_job("a"), request={"Group": "g", "State": "new"}, computed={"State": "old"}))
    store.insert(replace(_job("b"), request={"Group": "g", "State": "new"}))
    store.insert(replace(_job("c"), request={"Group": "h", "State": "new"}))
    found = store.find(Query("us-east-1", "TrainingJob", members={"Group": "g", "State": "new"}))
    assert [resource.name for resource in found] == ["b"]


def test_a_version_is_no_part_of_a_name(store: Store) -> None:
    store.insert(_job("group-2/000000001"))
    for text, there in (("up-2", True), ("1", False), ("/", False), ("000", False)):
        assert bool(store.find(Query("us-east-1", "TrainingJob", name_contains=text))) == there


def test_what_fails_half_way_is_undone_as_a_whole(store: Store) -> None:
    def fail() -> None:
        with store.atomically():
            store.insert(_job("a"), [{"Key": "k", "Value": "v"}])
            store.insert(_job("b"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert store.find(Query("us-east-1", "TrainingJob")) == []
    assert store.tags(_job("a").arn) == {}
    store.insert(_job("a"))


def test_a_member_may_be_called_as_times_are_kept(store: Store) -> None:
    named = {"$time": "5"}
    store.insert(replace(_job("a"), request={"HyperParameters": named}), [])
    assert store.get("us-east-1", "TrainingJob", "a").request == {"HyperParameters": named}
