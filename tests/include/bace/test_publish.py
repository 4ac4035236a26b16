from collections.abc import Iterator
from datetime import date

import boto3
import pandas as pd
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from include.bace.cut import Cut
from include.bace.errors import BaceError
from include.bace.publish import publish

CUT = Cut(
    {
        date(2024, month, 1): pd.DataFrame({"CID": [f"BACE_{month}"], "PEOE14 (PEOE14)": ["1.50"]})
        for month in (1, 2, 3)
    },
    {"sealed": pd.DataFrame({"CID": ["BACE_8"], "a, b": ["x"]}), "original": pd.DataFrame({"CID": ["BACE_9"]})},
)
ROOT = "s3://lab/bace"
KEYS = [
    "bace/drops/2024-01-01/bace.csv",
    "bace/drops/2024-02-01/bace.csv",
    "bace/drops/2024-03-01/bace.csv",
    "bace/holdout/original.csv",
    "bace/holdout/sealed.csv",
]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture
def s3():
    return boto3.client("s3", region_name="us-east-1")


def keys(s3) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="lab").get("Contents", [])]


def writes(s3) -> list[str]:
    """Record the name of every call that changes something."""
    calls: list[str] = []
    for operation in ("PutObject", "CreateBucket"):
        s3.meta.events.register(f"before-call.s3.{operation}", lambda model, **_: calls.append(model.name))
    return calls


@pytest.mark.parametrize("root", [ROOT, f"{ROOT}/"])
def test_it_makes_the_bucket_and_writes_every_part_with_its_source(s3, root):
    published = publish(s3, root, CUT, "BACE, MoleculeNet")
    assert keys(s3) == KEYS
    assert sorted(item.uri for item in published) == [f"s3://lab/{key}" for key in KEYS]
    assert all(item.written for item in published)
    assert [item.rows for item in published] == [1] * 5
    for key in KEYS:
        assert s3.head_object(Bucket="lab", Key=key)["Metadata"] == {"data-source": "BACE, MoleculeNet"}
    assert s3.get_object(Bucket="lab", Key=KEYS[0])["Body"].read() == b"CID,PEOE14 (PEOE14)\nBACE_1,1.50\n"
    assert s3.get_object(Bucket="lab", Key=KEYS[4])["Body"].read() == b'CID,"a, b"\nBACE_8,x\n'


def test_a_second_time_nothing_is_rewritten(s3):
    publish(s3, ROOT, CUT, "BACE, MoleculeNet")
    calls = writes(s3)
    assert not any(item.written for item in publish(s3, ROOT, CUT, "BACE, MoleculeNet"))
    assert calls == []


def test_a_changed_or_renamed_source_is_rewritten(s3):
    publish(s3, ROOT, CUT, "SYNTHETIC table of the shape of BACE")
    s3.put_object(Bucket="lab", Key=KEYS[0], Body=b"other", Metadata={"data-source": "BACE, MoleculeNet"})
    assert all(item.written for item in publish(s3, ROOT, CUT, "BACE, MoleculeNet"))
    assert s3.head_object(Bucket="lab", Key=KEYS[4])["Metadata"] == {"data-source": "BACE, MoleculeNet"}


def test_until_holds_later_drops_back(s3):
    publish(s3, ROOT, CUT, "x", until=date(2024, 2, 1))
    assert keys(s3) == [key for key in KEYS if "2024-03" not in key]
    later = publish(s3, ROOT, CUT, "x")
    assert [item.uri for item in later if item.written] == [f"s3://lab/{KEYS[2]}"]


def test_the_bucket_is_made_in_the_clients_region():
    s3 = boto3.client("s3", region_name="eu-central-1")
    publish(s3, ROOT, CUT, "x")
    assert s3.get_bucket_location(Bucket="lab")["LocationConstraint"] == "eu-central-1"


def test_an_existing_bucket_is_used_as_it_is(s3):
    s3.create_bucket(Bucket="lab")
    calls = writes(s3)
    publish(s3, ROOT, CUT, "x")
    assert calls == ["PutObject"] * 5


def test_a_bucket_that_may_not_be_used_is_named(s3):
    stub = Stubber(s3)
    stub.add_client_error("head_bucket", "403", "Forbidden", 403)
    with stub, pytest.raises(BaceError, match=r"bucket lab cannot be used \(HTTP 403\)"):
        publish(s3, ROOT, CUT, "x")


@pytest.mark.parametrize("root", ["lab/bace", "https://lab/bace", "s3:///bace"])
def test_a_root_that_is_no_s3_address_is_refused(s3, root):
    with pytest.raises(BaceError, match="is not an S3 address"):
        publish(s3, root, CUT, "x")
