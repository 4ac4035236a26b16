"""STS, IAM and CloudWatch Logs."""

from __future__ import annotations

import json
import time

from tests.include.local_aws.jobs import ACCOUNT, Clients, client, refused, unique

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def test_who_am_i(clients: Clients) -> None:
    assert client(clients.url, "sts").get_caller_identity()["Account"] == ACCOUNT


def test_roles(clients: Clients) -> None:
    iam = client(clients.url, "iam")
    name = unique("role")
    created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/{name}"
    assert iam.get_role(RoleName=name)["Role"]["Arn"] == created["Arn"]
    assert refused(iam.get_role, RoleName="never-created")[0] == "NoSuchEntity"


def test_logs_page_forward(clients: Clients) -> None:
    group, stream = unique("/group"), "stream/one"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": f"line {number}"} for number in range(5)]
    clients.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    place = {"logGroupName": group, "logStreamName": stream, "startFromHead": True, "limit": 3}
    first = clients.logs.get_log_events(**place)
    assert [event["message"] for event in first["events"]] == ["line 0", "line 1", "line 2"]
    second = clients.logs.get_log_events(**place, nextToken=first["nextForwardToken"])
    assert [event["message"] for event in second["events"]] == ["line 3", "line 4"]
    last = clients.logs.get_log_events(**place, nextToken=second["nextForwardToken"])
    assert (last["events"], last["nextForwardToken"]) == ([], second["nextForwardToken"])
    streams = clients.logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert [item["logStreamName"] for item in streams] == [stream]
    assert refused(clients.logs.describe_log_streams, logGroupName="/never")[0] == "ResourceNotFoundException"


def test_queues(clients: Clients) -> None:
    sqs = client(clients.url, "sqs")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"


def test_topics(clients: Clients) -> None:
    sns = client(clients.url, "sns")
    arn = sns.create_topic(Name=unique("topic"))["TopicArn"]
    assert arn in [item["TopicArn"] for item in sns.list_topics()["Topics"]]
