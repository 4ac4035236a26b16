"""make drop: a file becomes a drop in the embedded S3 of whatever is running, or a sentence says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from include.autopilot.config import load_models
from scripts.drop import main
from scripts.drops_queue import make_queues
from scripts.running import announced

BUCKET = "autopilot-retrain"
HEADER = "CID,pIC50,a,b\n"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/bace-drops"


@pytest.fixture
def s3(aws: str) -> Any:
    client = boto3.client("s3", endpoint_url=aws)
    client.create_bucket(Bucket=BUCKET)
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    client.put_object(Bucket=BUCKET, Key="bace/drops/2024-01-01/bace.csv", Body=f"{HEADER}x,1,2,3\n".encode())
    return client


def drop(aws: str, folder: Path, text: str, *options: str, name: str = "new.csv") -> int:
    file = folder / name
    file.write_text(text)
    note = folder / "note"
    note.mkdir(exist_ok=True)
    with announced(note, aws, "", {}):
        return main([str(file), *options], note)


def test_a_drop_is_delivered_once(aws: str, s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = f"{HEADER}y,1,2,3\n"
    assert drop(aws, tmp_path, row, "--date", "2025-01-01") == 0
    stored = s3.get_object(Bucket=BUCKET, Key="bace/drops/2025-01-01/new.csv")["Body"].read()
    assert stored.decode() == row
    assert "s3://autopilot-retrain/bace/drops/2025-01-01/new.csv: 22 bytes written" in capsys.readouterr().out
    assert drop(aws, tmp_path, row, "--date", "2025-01-01") == 0
    assert "already there with the same bytes, nothing written" in capsys.readouterr().out
    assert drop(aws, tmp_path, f"{HEADER}z,1,2,3\n", "--date", "2025-01-01") == 1
    assert "is there already with other bytes, and drops do not change" in capsys.readouterr().err
    assert s3.get_object(Bucket=BUCKET, Key="bace/drops/2025-01-01/new.csv")["Body"].read() == stored


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("CID,a,b\n1,2,3\n", "new.csv", "the target column 'pIC50' is missing from the header (line 1)"),
        ("pIC50,a,b\n1,2,3\n", "new.csv", "the key column 'CID' is missing from the header (line 1)"),
        ("CID,pIC50,a\n1,2,3\n", "new.csv", "column 'b' is missing from the header (line 1)"),
        ("CID;pIC50;a;b\n", "new.csv", "separated by semicolons; use commas"),
        ("", "new.csv", "empty"),
        (HEADER, "new.txt", "a drop's files are called <name>.csv or <name>.csv.gz. Rename it."),
        (HEADER, "_new.csv", "a drop's files are called <name>.csv or <name>.csv.gz. Rename it."),
    ],
)
def test_a_wrong_file_is_not_delivered(
    aws: str, s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, name: str, message: str
) -> None:
    assert drop(aws, tmp_path, text, "--date", "2025-01-01", name=name) == 1
    assert message in capsys.readouterr().err
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="bace/drops/2025")


def test_columns_that_nobody_asked_for_are_named(
    aws: str, s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drop(aws, tmp_path, "CID,pIC50,a,b,colour,mol\ny,1,2,3,red,C\n", "--date", "2025-01-01") == 0
    assert "the model takes no notice of colour\n" in capsys.readouterr().out


def test_what_is_missing_is_said(tmp_path: Path, aws: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "new.csv")], tmp_path) == 1
    assert "make drop: Nothing is running here. Start it in another terminal: `make up`" in capsys.readouterr().err
    assert drop(aws, tmp_path, HEADER, "--model", "none") == 1
    assert "There is no model none in include/models/. There are: bace" in capsys.readouterr().err
    with announced(tmp_path, aws, "", {}):
        assert main([str(tmp_path / "absent.csv")], tmp_path) == 1
    assert "absent.csv" in capsys.readouterr().err


def test_only_models_that_want_to_hear_get_a_queue(aws: str, s3: Any) -> None:
    sqs: Any = boto3.client("sqs", endpoint_url=aws)
    bace = next(model for model in load_models() if model.name == "bace")
    quiet = replace(bace, trigger="schedule", drops_queue_url=QUEUE)
    assert make_queues(aws, [quiet]) == []
    watched = replace(bace, trigger="both", drops_queue_url=QUEUE)
    other = replace(watched, name="other", root="s3://autopilot-retrain/other", drops_queue_url=f"{QUEUE}-2")
    assert make_queues(aws, [watched, other]) == [
        "bace: new objects under s3://autopilot-retrain/bace/drops/ start a retraining",
        "other: new objects under s3://autopilot-retrain/other/drops/ start a retraining",
    ]
    assert make_queues(aws, [watched, other])  # at every start
    for key, queue in (("bace", QUEUE), ("other", f"{QUEUE}-2")):
        sqs.purge_queue(QueueUrl=queue)
        s3.put_object(Bucket=BUCKET, Key=f"{key}/drops/2025-01-01/new.csv", Body=b"1")
        assert f"{key}%2Fdrops" in sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
