from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.runner import channels
from include.local_aws.runner.failures import JobFailed
from tests.include.local_aws.jobs import REGION, Clients, channel, training


def _stage(clients: Clients, opt_ml: Path, request: dict[str, Any]) -> None:
    for pipe in channels.stage(clients.s3, request, opt_ml, REGION):
        pipe.close()


def test_the_folder_is_laid_out_as_documented(clients: Clients, bucket: str, tmp_path: Path) -> None:
    for key in ("in/train/a.csv", "in/train/deep/b.csv", "code/setup.py"):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    code = channel(bucket, "code", "code/", InputMode="FastFile")
    del code["ContentType"]
    train = channel(bucket, "train")
    train["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    _stage(clients, tmp_path, training(bucket, "name", InputDataConfig=[train, code]))
    config = tmp_path / "input" / "config"
    assert json.loads((config / "hyperparameters.json").read_text())["num_round"] == "5"
    assert json.loads((config / "inputdataconfig.json").read_text()) == {
        "train": {
            "TrainingInputMode": "File",
            "S3DistributionType": "ShardedByS3Key",
            "RecordWrapperType": "None",
            "ContentType": "text/csv",
        },
        "code": {
            "TrainingInputMode": "FastFile",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        },
    }
    resources = json.loads((config / "resourceconfig.json").read_text())
    assert (resources["current_host"], resources["hosts"]) == ("algo-1", ["algo-1"])
    data = tmp_path / "input" / "data"
    assert (data / "train" / "a.csv").read_text() == "in/train/a.csv"
    assert (data / "train" / "deep" / "b.csv").read_text() == "in/train/deep/b.csv"
    assert (data / "code" / "setup.py").exists()
    assert (tmp_path / "model").is_dir()
    assert (tmp_path / "output" / "data").is_dir()


def test_gzip_is_undone(clients: Clients, bucket: str, tmp_path: Path) -> None:
    clients.s3.put_object(Bucket=bucket, Key="in/train/a.csv.gz", Body=gzip.compress(b"1,2\n"))
    clients.s3.put_object(Bucket=bucket, Key="in/train/b", Body=gzip.compress(b"3,4\n"))
    item = channel(bucket, "train", CompressionType="Gzip")
    _stage(clients, tmp_path, training(bucket, "name", InputDataConfig=[item]))
    folder = tmp_path / "input" / "data" / "train"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.csv": b"1,2\n", "b": b"3,4\n"}


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (["in/train/../../../../../../evil"], "has the part '..'"),
        (["in/train//evil"], "begins with '/'"),
        (["in/train/a//evil"], "an empty part"),
        (["in/train/a", "in/train/a/evil"], "would have to be a folder"),
        (["in/train/" + "x" * 300], "more than 255 bytes"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"CompressionType": "Gzip"}, {"InputMode": "FastFile"}])
def test_no_key_leads_out_of_its_channel(
    clients: Clients, bucket: str, tmp_path: Path, keys: list[str], why: str, more: dict[str, str]
) -> None:
    for key in keys:
        clients.s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(b"1\n"))
    opt_ml = tmp_path / "a" / "b" / "opt" / "ml"
    item = channel(bucket, "train", **more)
    with pytest.raises(JobFailed, match=r"^ClientError: Data download failed:.* cannot be a file of the job: ") as told:
        _stage(clients, opt_ml, training(bucket, "name", InputDataConfig=[item]))
    assert why in str(told.value)
    assert "Rename the object, or choose a prefix without it." in str(told.value)
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert list((opt_ml / "input" / "data" / "train").iterdir()) == []


@pytest.mark.parametrize("name", ["..", "."])
def test_a_channel_is_a_folder_of_its_own(clients: Clients, bucket: str, tmp_path: Path, name: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="in/config", Body=b"x")
    with pytest.raises(JobFailed, match=r"^ClientError: A channel cannot be a folder: its name '\.+' has the part"):
        _stage(clients, tmp_path, training(bucket, "name", InputDataConfig=[channel(bucket, name, "in/")]))
    assert (tmp_path / "input" / "config").is_dir()


def test_keys_that_would_be_one_file_when_unzipped_fail(clients: Clients, bucket: str, tmp_path: Path) -> None:
    for key in ("in/train/a", "in/train/a.gz"):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(b"1\n"))
    item = channel(bucket, "train", CompressionType="Gzip")
    with pytest.raises(JobFailed, match="becomes the same file, 'a'"):
        _stage(clients, tmp_path, training(bucket, "name", InputDataConfig=[item]))


def test_what_is_not_gzip_is_told(clients: Clients, bucket: str, tmp_path: Path) -> None:
    clients.s3.put_object(Bucket=bucket, Key="in/train/a.csv", Body=b"1,2\n")
    item = channel(bucket, "train", CompressionType="Gzip")
    with pytest.raises(JobFailed, match=r"^ClientError: Data download failed:a.csv is not gzip"):
        _stage(clients, tmp_path, training(bucket, "name", InputDataConfig=[item]))


def test_objects_that_vanished_since_creation_fail_the_job(clients: Clients, bucket: str, tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match=r"^ClientError: Data download failed:No S3 objects found under S3 URL"):
        _stage(clients, tmp_path, training(bucket, "name"))


def test_a_pipe_channel_is_a_pipe(clients: Clients, bucket: str, tmp_path: Path) -> None:
    for key, body in (("in/train/b", b"second\n"), ("in/train/a", b"first\n")):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=body)
    request = training(bucket, "name", InputDataConfig=[channel(bucket, "train", InputMode="Pipe")])
    opened = channels.stage(clients.s3, request, tmp_path, REGION)
    assert (tmp_path / "input" / "data" / "train_0").read_bytes() == b"first\nsecond\n"
    for pipe in opened:
        pipe.close()
