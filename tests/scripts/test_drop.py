"""make drop: a file becomes a drop in the embedded S3 of whatever is running, or a sentence says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from include.autopilot.settings.config import find_model, load_models
from scripts import drop as module
from scripts.drop import NotSaid, main, where, whose
from scripts.drops_queue import make_queues
from scripts.running import announced, only_one

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
        return main([str(file), "--model", "bace", *options], note)


def test_a_drop_is_delivered_once(aws: str, s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = f"{HEADER}y,1,2,3\n"
    assert drop(aws, tmp_path, row, "--date", "2025-01-01") == 0
    stored = s3.get_object(Bucket=BUCKET, Key="bace/drops/2025-01-01/new.csv")["Body"].read()
    assert stored.decode() == row
    assert "s3://autopilot-retrain/bace/drops/2025-01-01/new.csv: 1 rows, written" in capsys.readouterr().out
    assert drop(aws, tmp_path, row, "--date", "2025-01-01") == 0
    assert "already there with the same bytes, nothing written" in capsys.readouterr().out
    assert drop(aws, tmp_path, f"{HEADER}z,1,2,3\n", "--date", "2025-01-01") == 1
    assert "is there already with other bytes" in capsys.readouterr().err
    assert s3.get_object(Bucket=BUCKET, Key="bace/drops/2025-01-01/new.csv")["Body"].read() == stored
    capsys.readouterr()
    assert drop(aws, tmp_path, f"{HEADER}z,1,2,3\nw,1,2,4\n", "--date", "2025-01-01", name="more.csv") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "s3://autopilot-retrain/bace/drops/2025-01-01/more.csv: 2 rows, written",
        "The drop 2025-01-01 has 3 rows, with those that were there: new.csv.",
        "A run needs holdouts that are not there yet: sealed, original.",
    ]


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


def test_what_is_missing_is_said(tmp_path: Path, aws: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert drop(aws, tmp_path, HEADER, "--model", "none") == 1
    assert "There is no none.yaml in include/models/ or dags/models/. There are: bace" in capsys.readouterr().err
    with announced(tmp_path, aws, "", {}):
        assert main([str(tmp_path / "absent.csv"), "--model", "bace"], tmp_path) == 1
    assert "absent.csv: No such file or directory\n" in capsys.readouterr().err


def test_a_bucket_is_made_here_and_a_holdout_delivered(
    aws: str, s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.delete_object(Bucket=BUCKET, Key="bace/drops/2024-01-01/bace.csv")
    s3.delete_bucket(Bucket=BUCKET)
    assert drop(aws, tmp_path, f"{HEADER}y,1,2,3\n", "--holdout", "sealed") == 0
    said = capsys.readouterr().out
    place = f"the embedded AWS of make up, {aws} (to your AWS account: AWS=1)"
    assert f"bace: delivering to {place}\nmade the bucket {BUCKET}\n" in said
    assert s3.get_object(Bucket=BUCKET, Key="bace/holdout/sealed.csv")["Body"].read()
    assert drop(aws, tmp_path, HEADER, "--holdout", "sealed", "--date", "2025-01-01") == 1
    assert "A holdout has no date" in capsys.readouterr().err


def test_whose_file_it_is_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bace = find_model("bace")
    monkeypatch.setattr(module, "load_models", lambda: (bace,))
    assert whose(None) is bace
    monkeypatch.setattr(module, "load_models", lambda: (bace, replace(bace, name="churn")))
    with pytest.raises(NotSaid, match="Say whose file it is: MODEL=bace or MODEL=churn"):
        whose(None)
    monkeypatch.setattr(module, "load_models", lambda: ())
    with pytest.raises(NotSaid, match="no model in include/models/ or dags/models/ that"):
        whose(None)


def test_where_it_goes_is_never_guessed(aws: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    with where(False, tmp_path) as place:
        assert place.said == "AWS_ENDPOINT_URL, http://127.0.0.1:4566"
    refused = pytest.raises(NotSaid, match=r"AWS_ENDPOINT_URL leads to http://127\.0\.0\.1:4566\. Unset it")
    with refused, where(True, tmp_path):
        pass
    # The account of the credentials is asked of STS; here that is the embedded one's.
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", aws)
    with where(True, tmp_path) as own:
        assert (own.said, own.own) == ("the AWS account 123456789012, region us-east-1", True)


def test_what_nothing_runs_for_is_started_meanwhile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, up = tmp_path / "new.csv", tmp_path / "up"
    file.write_text(f"{HEADER}y,1,2,3\n")
    asked = [str(file), "--model", "bace", "--date", "2025-01-01"]
    assert main(asked, up) == 0
    assert f"made the bucket {BUCKET}" in capsys.readouterr().out
    assert main(asked, up) == 0
    assert "already there with the same bytes, nothing written" in capsys.readouterr().out
    with only_one(up):
        assert main(asked, up) == 1
    assert "has the objects of `make up`" in capsys.readouterr().err


def test_nothing_is_made_in_an_account_of_one_s_own(
    aws: str, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for service in ("S3", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", aws)
    other = replace(find_model("bace"), root="s3://autopilot-nowhere/bace")
    monkeypatch.setattr(module, "find_model", lambda _: other)
    assert drop(aws, tmp_path, f"{HEADER}y,1,2,3\n", "--aws") == 1
    said = capsys.readouterr()
    assert said.out == "bace: delivering to the AWS account 123456789012, region us-east-1\n"
    assert "There is no bucket autopilot-nowhere" in said.err
    assert "aws s3 mb s3://autopilot-nowhere --region us-east-1" in said.err
    assert "autopilot-nowhere" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


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
