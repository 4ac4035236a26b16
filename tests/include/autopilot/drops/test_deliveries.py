"""Messages of S3, and drops that are told once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest

from include.autopilot.base.errors import OptionsError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.deliveries import (
    Delivery,
    days_in,
    delivered_until,
    extra_of,
    find_delivery,
    is_reported,
    remember,
)

DROPS = "s3://lab-data/bace/drops"
MARCH = date(2024, 3, 1)


def message(key: str, bucket: str = "lab-data", event: str = "ObjectCreated:Put") -> str:
    """A message of S3, cut to the members that matter; AWS leaves the slashes of a key alone, moto encodes them."""
    thing = {"bucket": {"name": bucket}, "object": {"key": key, "size": 5}}
    return json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": event, "s3": thing}]})


@pytest.mark.parametrize(
    "key",
    [
        "bace/drops/2024-03-01/a.csv",
        "bace%2Fdrops%2F2024-03-01%2Fa.csv",
        "bace/drops/2024-03-01-2/a.csv.gz",
        "bace/drops/2024-03-01/new+compounds+%28%C3%A4%29.csv",
    ],
)
def test_a_new_object_names_its_drop(key: str) -> None:
    assert days_in(message(key), DROPS) == {MARCH}


@pytest.mark.parametrize("event", ["ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Post"])
def test_every_way_to_create_an_object_counts(event: str) -> None:
    assert days_in(message("bace/drops/2024-03-01/a.csv", event=event), DROPS) == {MARCH}


def test_a_message_by_way_of_a_topic_and_several_records() -> None:
    records = [json.loads(message(f"bace/drops/2024-0{month}-01/a.csv"))["Records"][0] for month in (3, 4)]
    wrapped = json.dumps({"Type": "Notification", "Message": json.dumps({"Records": records})})
    assert days_in(wrapped, DROPS) == {MARCH, date(2024, 4, 1)}


@pytest.mark.parametrize(
    "body",
    [
        message("bace/drops/2024-03-01/a.csv", bucket="other"),
        message("bace/holdout/sealed.csv"),
        message("bace/drops2/2024-03-01/a.csv"),
        message("bace/drops/2024-03-01/"),
        message("bace/drops/2024-03-01/_SUCCESS"),
        message("bace/drops/2024-03-01/.part"),
        message("bace/drops/march/a.csv"),
        message("bace/drops/loose.csv"),
        message("bace/drops/2024-03-01/a.csv", event="ObjectRemoved:Delete"),
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "lab-data"}),
        "no json",
        "[]",
        "null",
        '{"Records": [{}]}',
        '{"Records": 5}',
    ],
)
def test_anything_else_names_none(body: str) -> None:
    assert days_in(body, DROPS) == frozenset()


@pytest.fixture
def s3(aws: str) -> Any:
    client = boto3.client("s3", endpoint_url=aws)
    client.create_bucket(Bucket="lab-data")
    return client


def test_a_state_is_told_once_and_another_state_again(s3: Any) -> None:
    locations = Locations("s3://lab-data/told")
    s3.put_object(Bucket="lab-data", Key="told/drops/2024-03-01/a.csv", Body=b"a")
    s3.put_object(Bucket="lab-data", Key="told/drops/2024-03-01/_SUCCESS", Body=b"")
    first = find_delivery(s3, locations.drops, MARCH)
    assert first is not None
    assert [uri for uri, _ in first.files] == ["s3://lab-data/told/drops/2024-03-01/a.csv"]
    assert not is_reported(s3, locations, first)
    remember(s3, locations, first)
    s3.put_object(Bucket="lab-data", Key="told/drops/2024-03-01/a.csv", Body=b"a")
    again = find_delivery(s3, locations.drops, MARCH)
    assert again is not None
    assert is_reported(s3, locations, again)
    s3.put_object(Bucket="lab-data", Key="told/drops/2024-03-01/b.csv", Body=b"b")
    more = find_delivery(s3, locations.drops, MARCH)
    assert more is not None
    assert not is_reported(s3, locations, more)


def test_a_drop_that_is_gone_is_none(s3: Any) -> None:
    assert find_delivery(s3, "s3://lab-data/gone/drops", MARCH) is None


def test_the_event_says_what_it_is_about() -> None:
    delivery = Delivery(MARCH, (("s3://lab-data/bace/drops/2024-03-01/a.csv", '"1"'),))
    assert extra_of("bace", Locations("s3://lab-data/bace"), delivery) == {
        "date": "2024-03-01",
        "uri": "s3://lab-data/bace/drops/2024-03-01/",
        "model": "bace",
        "files": 1,
    }


def test_the_cutoff_is_the_newest_drops_date() -> None:
    from_triggers = [{"from_trigger": True, "payload": {"date": day}} for day in ("2024-03-01", "2024-02-01")]
    assert delivered_until(from_triggers) == datetime(2024, 3, 1, tzinfo=UTC)
    assert delivered_until([{"date": "2024-05-01"}]) == datetime(2024, 5, 1, tzinfo=UTC)
    assert delivered_until([]) is None
    assert delivered_until([{"from_rest_api": True}, {"payload": "text"}]) is None


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(OptionsError, match=r"An asset event's date is not like 2024-02-01: soon\."):
        delivered_until([{"date": "soon"}])
