from __future__ import annotations

import hashlib
import io
import threading

import pytest
from boto3.s3.transfer import TransferConfig

from tests.include.local_aws.jobs import Clients, refused


def test_objects_with_metadata(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(
        Bucket=bucket,
        Key="a/b c.csv",
        Body=b"1,2\n",
        ContentType="text/csv",
        Metadata={"data-source": "BACE, MoleculeNet"},
    )
    found = clients.s3.get_object(Bucket=bucket, Key="a/b c.csv")
    assert found["Body"].read() == b"1,2\n"
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"data-source": "BACE, MoleculeNet"})
    md5 = hashlib.md5(b"1,2\n").hexdigest()  # noqa: S324 - S3's own choice
    assert found["ETag"] == f'"{md5}"'
    assert clients.s3.head_object(Bucket=bucket, Key="a/b c.csv")["ContentLength"] == 4


def test_a_range_is_read(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="x", Body=b"0123456789")
    assert clients.s3.get_object(Bucket=bucket, Key="x", Range="bytes=2-4")["Body"].read() == b"234"


def test_listing_pages_and_folders(clients: Clients, bucket: str) -> None:
    keys = [f"drops/2024-0{month}-01/{name}.csv" for month in (1, 2, 3) for name in "ab"]
    for key in reversed(keys):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = clients.s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="drops/", PaginationConfig={"PageSize": 4}
    )
    assert [item["Key"] for page in pages for item in page["Contents"]] == keys
    folders = clients.s3.list_objects_v2(Bucket=bucket, Prefix="drops/", Delimiter="/")["CommonPrefixes"]
    assert [item["Prefix"] for item in folders] == [f"drops/2024-0{month}-01/" for month in (1, 2, 3)]
    after = clients.s3.list_objects_v2(Bucket=bucket, StartAfter=keys[3])["Contents"]
    assert [item["Key"] for item in after] == keys[4:]


def test_a_big_file_is_uploaded_in_parts(clients: Clients, bucket: str) -> None:
    body = bytes(range(256)) * 50_000
    config = TransferConfig(multipart_threshold=6 * 1024 * 1024, multipart_chunksize=6 * 1024 * 1024)
    clients.s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=config)
    target = io.BytesIO()
    clients.s3.download_fileobj(bucket, "big", target, Config=config)
    assert target.getvalue() == body
    assert clients.s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-3"')


def test_copies_and_deletes(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="a", Body=b"x", Metadata={"k": "v"})
    clients.s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    assert clients.s3.head_object(Bucket=bucket, Key="b")["Metadata"] == {"k": "v"}
    clients.s3.delete_object(Bucket=bucket, Key="a")
    assert refused(clients.s3.get_object, Bucket=bucket, Key="a")[0] == "NoSuchKey"
    clients.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "never there"}]})
    assert "Contents" not in clients.s3.list_objects_v2(Bucket=bucket)
    clients.s3.delete_bucket(Bucket=bucket)
    assert refused(clients.s3.head_bucket, Bucket=bucket)[0] == "404"


def test_a_missing_bucket_and_a_full_one(clients: Clients, bucket: str) -> None:
    assert refused(clients.s3.put_object, Bucket="no-such-bucket-anywhere", Key="a", Body=b"")[0] == "NoSuchBucket"
    assert refused(clients.s3.list_objects_v2, Bucket="no-such-bucket-anywhere")[0] == "NoSuchBucket"
    clients.s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert refused(clients.s3.delete_bucket, Bucket=bucket)[0] == "BucketNotEmpty"


def test_conditional_writes(clients: Clients, bucket: str) -> None:
    first = clients.s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")
    assert refused(clients.s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*")[0] == "PreconditionFailed"
    clients.s3.put_object(Bucket=bucket, Key="a", Body=b"3", IfMatch=first["ETag"])
    code, _ = refused(clients.s3.put_object, Bucket=bucket, Key="a", Body=b"4", IfMatch=first["ETag"])
    assert code == "PreconditionFailed"
    assert clients.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"3"


@pytest.mark.parametrize("writers", [8])
def test_one_of_racing_conditional_writers_wins(clients: Clients, bucket: str, writers: int) -> None:
    won = []

    def write(number: int) -> None:
        try:
            clients.s3.put_object(Bucket=bucket, Key="lock", Body=b"%d" % number, IfNoneMatch="*")
        except clients.s3.exceptions.ClientError:
            return
        won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert clients.s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == b"%d" % won[0]
