"""A bucket tells an SQS queue of new objects; what it could not tell is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from include.local_aws.process import start
from tests.include.local_aws.jobs import ACCOUNT, Clients, client, refused, unique

CREATED = ["s3:ObjectCreated:*"]
PART = 5 * 1024 * 1024


def queue(sqs: Any, name: str) -> tuple[str, str]:
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def told(sqs: Any, url: str) -> list[tuple[str, str]]:
    """The events in the queue, which are deleted."""
    events = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            records = json.loads(message["Body"]).get("Records", [])
            events += [(one["eventName"], unquote_plus(one["s3"]["object"]["key"])) for one in records]
    return events


def setting(arn: str, prefix: str) -> dict[str, Any]:
    rules = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
    return {"QueueConfigurations": [{"Id": "one", "QueueArn": arn, "Events": CREATED, "Filter": rules}]}


def test_every_way_to_make_an_object_is_told(clients: Clients, bucket: str) -> None:
    sqs, s3 = client(clients.url, "sqs"), clients.s3
    url, arn = queue(sqs, unique("queue"))
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=setting(arn, "drops/"))
    assert json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])["Event"] == "s3:TestEvent"
    s3.put_object(Bucket=bucket, Key="elsewhere/x.csv", Body=b"1")
    s3.put_object(Bucket=bucket, Key="drops/2024-01-01/ä b.csv", Body=b"1")
    s3.copy_object(Bucket=bucket, Key="drops/copy.csv", CopySource={"Bucket": bucket, "Key": "elsewhere/x.csv"})
    upload = {"Bucket": bucket, "Key": "drops/big.csv"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x" * PART)["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})
    s3.delete_object(Bucket=bucket, Key="drops/copy.csv")
    events = told(sqs, url)
    assert ("ObjectCreated:Put", "drops/2024-01-01/ä b.csv") in events
    assert ("ObjectCreated:Copy", "drops/copy.csv") in events
    assert ("ObjectCreated:CompleteMultipartUpload", "drops/big.csv") in events
    assert {key for _, key in events} == {"drops/2024-01-01/ä b.csv", "drops/copy.csv", "drops/big.csv"}


@pytest.mark.parametrize(
    ("configuration", "code", "message"),
    [
        (
            {"TopicConfigurations": [{"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:t", "Events": CREATED}]},
            "NotImplemented",
            "TopicConfiguration is not done by the embedded AWS endpoint",
        ),
        (
            {
                "LambdaFunctionConfigurations": [
                    {"LambdaFunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", "Events": CREATED}
                ]
            },
            "NotImplemented",
            "CloudFunctionConfiguration is not done",
        ),
        ({"EventBridgeConfiguration": {}}, "NotImplemented", "EventBridgeConfiguration is not done"),
        (
            {
                "QueueConfigurations": [
                    {"QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", "Events": ["s3:ObjectTagging:*"]}
                ]
            },
            "InvalidArgument",
            "Unable to validate the following destination configurations",
        ),
        (
            {"QueueConfigurations": [{"QueueArn": "arn:aws:sqs:us-east-1:999999999999:q", "Events": CREATED}]},
            "InvalidArgument",
            "Unable to validate the following destination configurations",
        ),
    ],
)
def test_what_would_not_be_told_is_refused(
    clients: Clients, bucket: str, configuration: dict[str, Any], code: str, message: str
) -> None:
    put = clients.s3.put_bucket_notification_configuration
    answer = refused(put, Bucket=bucket, NotificationConfiguration=configuration)
    assert answer[0] == code
    assert message in answer[1]


def test_an_event_that_is_never_sent_is_refused(clients: Clients, bucket: str) -> None:
    _, arn = queue(client(clients.url, "sqs"), unique("queue"))
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectTagging:*"]}]}
    put = clients.s3.put_bucket_notification_configuration
    answer = refused(put, Bucket=bucket, NotificationConfiguration=configuration)
    assert answer[0] == "NotImplemented"
    assert "The event s3:ObjectTagging:* is not done" in answer[1]


def test_the_setting_outlives_a_kill_and_the_queue_does_not(tmp_path: Path) -> None:
    running = start(tmp_path)
    s3, sqs = client(running.url, "s3"), client(running.url, "sqs")
    s3.create_bucket(Bucket="kept-events")
    _, arn = queue(sqs, "kept")
    s3.put_bucket_notification_configuration(Bucket="kept-events", NotificationConfiguration=setting(arn, "drops/"))
    running.kill()
    with start(tmp_path) as again:
        s3, sqs = client(again.url, "s3"), client(again.url, "sqs")
        (kept,) = s3.get_bucket_notification_configuration(Bucket="kept-events")["QueueConfigurations"]
        assert (kept["Id"], kept["QueueArn"], kept["Events"]) == ("one", arn, CREATED)
        s3.put_object(Bucket="kept-events", Key="drops/unheard.csv", Body=b"1")
        url, _ = queue(sqs, "kept")
        s3.put_object(Bucket="kept-events", Key="drops/heard.csv", Body=b"1")
        assert told(sqs, url) == [("ObjectCreated:Put", "drops/heard.csv")]
