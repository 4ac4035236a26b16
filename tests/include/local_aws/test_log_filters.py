"""Questions as CloudWatch Logs answers them: moto by itself leaves parts of them out."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.include.local_aws.jobs import Clients, client, refused, unique


@pytest.fixture
def group(clients: Clients) -> str:
    """A group with three streams, whose events alternate."""
    name, now = unique("/own/group"), int(time.time() * 1000)
    clients.logs.create_log_group(logGroupName=name)
    for number, stream in enumerate(("job-1/algo-1", "job-1/algo-2", "job-2/algo-1")):
        clients.logs.create_log_stream(logGroupName=name, logStreamName=stream)
        events = [
            {"timestamp": now + 10 * round_ + number, "message": f"{said} of {stream}"}
            for round_, said in enumerate(("a start", "an Error: late", "an end"))
        ]
        clients.logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
    return name


def _told(clients: Clients, **asked: Any) -> list[str]:
    return [event["message"] for event in clients.logs.filter_log_events(**asked)["events"]]


def test_streams_by_their_prefix_in_the_order_of_time(clients: Clients, group: str) -> None:
    told = _told(clients, logGroupName=group, logStreamNamePrefix="job-1/")
    assert told == [
        f"{said} of job-1/algo-{number}" for said in ("a start", "an Error: late", "an end") for number in (1, 2)
    ]
    assert len(_told(clients, logGroupName=group)) == 9


def test_a_prefix_that_no_stream_has(clients: Clients, group: str) -> None:
    assert _told(clients, logGroupName=group, logStreamNamePrefix="job-3") == []


def test_a_group_by_its_arn(clients: Clients, group: str) -> None:
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    for named in (arn, group):
        assert len(_told(clients, logGroupIdentifier=named, logStreamNames=["job-2/algo-1"])) == 3


@pytest.mark.parametrize(
    ("pattern", "count"), [("", 9), ("Error", 3), ("late Error", 3), ('"Error: late"', 3), ('"late Error"', 0)]
)
def test_patterns_that_are_read(clients: Clients, group: str, pattern: str, count: int) -> None:
    assert len(_told(clients, logGroupName=group, filterPattern=pattern)) == count


@pytest.mark.parametrize(
    "pattern", ["?Error ?end", "Error -late", '{ $.level = "Error" }', "[a, b]", "%Err.r%", '"a" "b"']
)
def test_patterns_that_are_not_read_are_refused(clients: Clients, group: str, pattern: str) -> None:
    with pytest.raises(ClientError, match=r"filterPattern .* is not done by .*: words that must"):
        _told(clients, logGroupName=group, filterPattern=pattern)


@pytest.mark.parametrize(
    "both", [{"logStreamNames": ["a"], "logStreamNamePrefix": "a"}, {"logGroupIdentifier": "/own/group"}]
)
def test_what_is_named_in_two_ways(clients: Clients, group: str, both: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.* exclude each other: give one of them"):
        _told(clients, logGroupName=group, **both)


def _start(clients: Clients, group: str, query: str, **asked: Any) -> str:
    day = 24 * 60 * 60
    now = int(time.time())
    started = clients.logs.start_query(
        logGroupName=group, startTime=now - day, endTime=now + day, queryString=query, **asked
    )
    return str(started["queryId"])


def test_queries_that_are_read(clients: Clients, group: str) -> None:
    query = _start(clients, group, "fields @timestamp, @message | sort @timestamp asc | limit 2")
    found = clients.logs.get_query_results(queryId=query)["results"]
    assert [field["value"] for row in found for field in row if field["field"] == "@message"] == [
        "a start of job-1/algo-1",
        "a start of job-1/algo-2",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "fields @message | filter @message like /Error/",
        "stats count(*) by bin(1h)",
        "fields level",
        "sort @message",
        "",
    ],
)
def test_queries_that_are_not_read_are_refused(clients: Clients, group: str, query: str) -> None:
    with pytest.raises(ClientError, match=r"in a query is not done by .*: fields @timestamp, @message"):
        _start(clients, group, query)


def test_queries_in_sql_are_refused(clients: Clients, group: str) -> None:
    with pytest.raises(ClientError, match="queryLanguage 'SQL' is not done by"):
        _start(clients, group, "SELECT 1", queryLanguage="SQL")


def test_a_region_that_there_is_not_is_refused_as_without_a_prefix(clients: Clients) -> None:
    ask = client(clients.url, "logs", "mars-north-1").filter_log_events
    told = refused(ask, logGroupName="group", logStreamNamePrefix="job")
    assert told == refused(ask, logGroupName="group")
    assert told[0] == "ValidationException"
