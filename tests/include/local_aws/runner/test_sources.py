from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.s3 import BadUri, Location, location
from include.local_aws.runner.sources import SourceObject, no_objects, placed, resolve
from tests.include.local_aws.jobs import Clients


def _put(clients: Clients, bucket: str, *keys: str) -> None:
    for key in keys:
        clients.s3.put_object(Bucket=bucket, Key=key, Body=b"x")


def _paths(clients: Clients, uri: str, kind: str = "S3Prefix") -> list[str]:
    return [item.path for item in resolve(clients.s3, uri, kind)]


@pytest.mark.parametrize(
    ("prefix", "paths"),
    [
        ("in/train/", ["2024/b.csv", "a.csv"]),
        ("in/train", ["2024/b.csv", "a.csv"]),
        ("in/train/a.csv", ["a.csv"]),
        ("in/tra", ["train/2024/b.csv", "train/a.csv", "training.csv"]),
        ("", ["in/train/2024/b.csv", "in/train/a.csv", "in/training.csv", "top.csv"]),
        ("nothing/", []),
    ],
)
def test_paths_are_relative_to_the_prefix(clients: Clients, bucket: str, prefix: str, paths: list[str]) -> None:
    _put(clients, bucket, "in/train/", "in/train/a.csv", "in/train/2024/b.csv", "in/training.csv", "top.csv")
    if prefix == "in/train":
        clients.s3.delete_object(Bucket=bucket, Key="in/training.csv")
    assert _paths(clients, f"s3://{bucket}/{prefix}") == paths


def test_more_than_a_thousand_objects_are_all_found(clients: Clients, bucket: str, monkeypatch: Any) -> None:
    keys = [f"in/{number:03}" for number in range(7)]
    _put(clients, bucket, *keys)
    paginate = clients.s3.get_paginator("list_objects_v2").paginate
    # A thousand objects would take seconds: shrink the page instead.
    monkeypatch.setattr(
        clients.s3,
        "get_paginator",
        lambda _: type(
            "P", (), {"paginate": staticmethod(lambda **more: paginate(**more, PaginationConfig={"PageSize": 3}))}
        ),
    )
    assert [f"in/{path}" for path in _paths(clients, f"s3://{bucket}/in/")] == keys


def test_a_manifest_names_its_objects_in_its_own_order(clients: Clients, bucket: str) -> None:
    manifest = [{"prefix": f"s3://{bucket}/drops/"}, "b/2.csv", "a/1.csv"]
    clients.s3.put_object(Bucket=bucket, Key="m.json", Body=json.dumps(manifest).encode())
    found = resolve(clients.s3, f"s3://{bucket}/m.json", "ManifestFile")
    assert [(item.path, str(item.place)) for item in found] == [
        ("b/2.csv", f"s3://{bucket}/drops/b/2.csv"),
        ("a/1.csv", f"s3://{bucket}/drops/a/1.csv"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'["a"]',
        b'[{"prefix": "s3://b/"}, "../a"]',
        b'[{"prefix": "s3://b/"}, "/etc/passwd"]',
        b'[{"prefix": "s3://b/"}, 1]',
        b'[{"prefix": "s3://b/"}, "a//b"]',
        b'[{"prefix": "s3://b/"}, "a\\u0000"]',
        b'[{"prefix": "s3://b/"}, "\\ud800"]',
        b'[{"prefix": "s3://b/"}, ""]',
    ],
)
def test_a_manifest_that_is_none_is_told(clients: Clients, bucket: str, body: bytes) -> None:
    clients.s3.put_object(Bucket=bucket, Key="m.json", Body=body)
    with pytest.raises(
        JobFailed, match=f"^ClientError: Data download failed:s3://{bucket}/m.json is not a valid manifest"
    ):
        resolve(clients.s3, f"s3://{bucket}/m.json", "ManifestFile")


@pytest.mark.parametrize("kind", ["S3Prefix", "ManifestFile"])
def test_what_is_not_there_has_no_objects(clients: Clients, bucket: str, kind: str) -> None:
    assert _paths(clients, f"s3://{bucket}/missing", kind) == []
    assert _paths(clients, "s3://no-such-bucket-anywhere/x", kind) == []


def test_awss_sentence_names_url_region_role_and_bucket() -> None:
    told = no_objects("s3://b/in", "eu-west-1", "arn:role")
    assert told.startswith('No S3 objects found under S3 URL "s3://b/in"')
    assert "(eu-west-1)" in told
    assert 'the role "arn:role" has "s3:ListBucket" permissions on bucket "b".' in told


def _placed(folder: Path, *paths: str, **more: str) -> list[str]:
    objects = [SourceObject(Location("b", f"in/{path}"), path) for path in paths]
    return [target.relative_to(folder).as_posix() for _, target in placed(objects, folder, **more)]


def test_objects_become_files_of_their_names(tmp_path: Path) -> None:
    assert _placed(tmp_path, "a.gz", "b/c", without=".gz", suffix=".out") == ["a.out", "b/c.out"]


@pytest.mark.parametrize(
    ("paths", "more", "why"),
    [
        (["../up"], {}, r"its path below the source '\.\./up' has the part '\.\.'"),
        (["/absolute"], {}, "begins with '/'"),
        (["a//b"], {}, "an empty part"),
        (["x" * 256], {}, "more than 255 bytes"),
        (["x" * 252], {"suffix": ".out"}, "more than 255 bytes"),
        (["a", "a/b"], {}, "s3://b/in/a becomes the file 'a', which would have to be a folder"),
        (["a/b/c", "a"], {}, "s3://b/in/a becomes the file 'a', which would have to be a folder"),
        (["a", "a.gz"], {"without": ".gz"}, "s3://b/in/a becomes the same file, 'a'"),
        (["a", "a.out/b"], {"suffix": ".out"}, "s3://b/in/a becomes the file 'a.out'"),
        ([".gz"], {"without": ".gz"}, "an empty part"),
    ],
)
def test_objects_that_cannot_be_files_fail_the_job(
    tmp_path: Path, paths: list[str], more: dict[str, str], why: str
) -> None:
    with pytest.raises(JobFailed, match=why) as told:
        _placed(tmp_path, *paths, **more)
    assert str(told.value).startswith("ClientError: Data download failed:'s3://b/in/")
    assert len(str(told.value)) <= 1024
    assert list(tmp_path.iterdir()) == []


def test_addresses_are_read_and_joined() -> None:
    assert location("s3://b/a/c#d?e") == Location("b", "a/c#d?e")
    assert str(location("s3://b")) == "s3://b/"
    assert str(location("s3://b") / "x") == "s3://b/x"
    assert str(location("s3://b/out/") / "job" / "model.tar.gz") == "s3://b/out/job/model.tar.gz"
    for uri in ("https://b/x", "b/x", "s3:///x", ""):
        with pytest.raises(BadUri, match="is not an s3://bucket/key address"):
            location(uri)
