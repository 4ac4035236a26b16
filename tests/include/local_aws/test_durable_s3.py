"""Objects must be there again after a kill -9 that comes right after the answer."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.local_aws.process import LocalAws, start
from tests.include.local_aws.jobs import client, unique

PART = 5 * 1024 * 1024
ODD_KEYS = ["plain.csv", "a//b", "fd", "fd/x", "ein schlüssel/日本 +%2F&=?#.csv", "trailing/", "." * 3, "a" * 900]


class Restartable:
    """An endpoint that can be killed and started again on the same data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._running: LocalAws = start(data)

    @property
    def s3(self) -> Any:
        return client(self._running.url, "s3")

    def kill_and_restart(self) -> None:
        self._running.kill()
        self._running = start(self._data)

    def stop(self) -> None:
        self._running.stop()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    restartable = Restartable(tmp_path_factory.mktemp("s3"))
    yield restartable
    restartable.stop()


def _code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_everything_about_objects_survives_a_kill(endpoint: Restartable) -> None:
    s3 = endpoint.s3
    name = unique("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ODD_KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    s3.put_object(
        Bucket=name,
        Key="described",
        Body=b"\x00\xff" * 500,
        ContentType="text/csv",
        CacheControl="no-store",
        ContentEncoding="identity",
        Metadata={"data-source": "SYNTHETIC table"},
        Tagging="team=chemistry&year=2024",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="key-1",
    )
    s3.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": name, "Key": "described"})
    s3.put_object(Bucket=name, Key="overwritten", Body=b"old")
    s3.put_object(Bucket=name, Key="overwritten", Body=b"new")
    s3.put_object(Bucket=name, Key="retagged", Body=b"x", Tagging="a=1")
    s3.put_object_tagging(Bucket=name, Key="retagged", Tagging={"TagSet": [{"Key": "b", "Value": "2"}]})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "owner", "Value": "me"}]})
    before = {key: s3.head_object(Bucket=name, Key=key) for key in (*ODD_KEYS, "described", "copy", "overwritten")}
    listed = s3.list_objects_v2(Bucket=name)["Contents"]

    endpoint.kill_and_restart()

    s3 = endpoint.s3
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "owner", "Value": "me"}]
    assert s3.list_objects_v2(Bucket=name)["Contents"] == listed
    for key in ODD_KEYS:
        assert s3.get_object(Bucket=name, Key=key)["Body"].read() == key.encode(), key
    for key, head in before.items():
        after = s3.head_object(Bucket=name, Key=key)
        for part in (head, after):
            part.pop("ResponseMetadata")
        assert after == head, key
    assert before["described"]["Metadata"] == {"data-source": "SYNTHETIC table"}
    assert s3.get_object(Bucket=name, Key="copy")["Body"].read() == b"\x00\xff" * 500
    assert s3.get_object(Bucket=name, Key="overwritten")["Body"].read() == b"new"
    assert s3.get_object_tagging(Bucket=name, Key="described")["TagSet"] == [
        {"Key": "team", "Value": "chemistry"},
        {"Key": "year", "Value": "2024"},
    ]
    assert s3.get_object_tagging(Bucket=name, Key="retagged")["TagSet"] == [{"Key": "b", "Value": "2"}]


def test_multipart_uploads_survive_once_completed(endpoint: Restartable) -> None:
    s3 = endpoint.s3
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    upload = s3.create_multipart_upload(Bucket=name, Key="big", Metadata={"part": "s"})["UploadId"]
    parts = [b"a" * PART, b"b" * 10]
    etags = [
        s3.upload_part(Bucket=name, Key="big", UploadId=upload, PartNumber=number, Body=body)["ETag"]
        for number, body in enumerate(parts, 1)
    ]
    s3.complete_multipart_upload(
        Bucket=name,
        Key="big",
        UploadId=upload,
        MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": number} for number, etag in enumerate(etags, 1)]},
    )
    etag = s3.head_object(Bucket=name, Key="big")["ETag"]
    assert etag.endswith('-2"')
    open_upload = s3.create_multipart_upload(Bucket=name, Key="half")["UploadId"]
    s3.upload_part(Bucket=name, Key="half", UploadId=open_upload, PartNumber=1, Body=b"x")

    endpoint.kill_and_restart()

    s3 = endpoint.s3
    found = s3.get_object(Bucket=name, Key="big")
    assert found["Body"].read() == b"".join(parts)
    assert (found["ETag"], found["Metadata"]) == (etag, {"part": "s"})
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=name, Key="half")
    assert _code(error) == "404"


def test_what_was_deleted_stays_deleted(endpoint: Restartable) -> None:
    s3 = endpoint.s3
    kept, gone = unique("kept"), unique("gone")
    for name in (kept, gone):
        s3.create_bucket(Bucket=name)
        for key in ("one", "two & <three>", "four"):
            s3.put_object(Bucket=name, Key=key, Body=b"x")
    s3.delete_object(Bucket=kept, Key="one")
    s3.delete_objects(Bucket=kept, Delete={"Objects": [{"Key": "two & <three>"}]})
    s3.delete_objects(Bucket=gone, Delete={"Objects": [{"Key": key} for key in ("one", "two & <three>", "four")]})
    s3.delete_bucket(Bucket=gone)
    s3.put_bucket_tagging(Bucket=kept, Tagging={"TagSet": [{"Key": "owner", "Value": "me"}]})
    s3.delete_bucket_tagging(Bucket=kept)

    endpoint.kill_and_restart()

    s3 = endpoint.s3
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=kept)["Contents"]] == ["four"]
    assert gone not in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    with pytest.raises(ClientError) as error:
        s3.get_bucket_tagging(Bucket=kept)
    assert _code(error) == "NoSuchTagSet"


def test_every_answered_write_of_many_writers_survives(endpoint: Restartable) -> None:
    name = unique("bucket")
    endpoint.s3.create_bucket(Bucket=name)
    answered: list[tuple[str, bytes]] = []

    def write(writer: int) -> None:
        s3 = endpoint.s3
        for number in range(20):
            key, body = f"{writer}/{number % 5}", f"{writer}-{number}".encode()
            s3.put_object(Bucket=name, Key=key, Body=body)
            answered.append((key, body))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 120

    endpoint.kill_and_restart()

    s3 = endpoint.s3
    for key, body in dict(answered).items():
        assert s3.get_object(Bucket=name, Key=key)["Body"].read() == body


def test_racing_writers_leave_on_disk_what_the_last_one_wrote(endpoint: Restartable) -> None:
    name = unique("bucket")
    endpoint.s3.create_bucket(Bucket=name)
    threads = [
        threading.Thread(target=lambda n=n: endpoint.s3.put_object(Bucket=name, Key="same", Body=b"%d" % n * 1000))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = endpoint.s3.get_object(Bucket=name, Key="same")["Body"].read()
    endpoint.kill_and_restart()
    assert endpoint.s3.get_object(Bucket=name, Key="same")["Body"].read() == seen


def test_half_written_files_are_cleared_away(endpoint: Restartable) -> None:
    name = unique("bucket")
    endpoint.s3.create_bucket(Bucket=name)
    endpoint.s3.put_object(Bucket=name, Key="whole", Body=b"x")
    folder = next((endpoint._data / "s3" / name / "objects").iterdir())
    leftover = folder / "something.7.part"
    leftover.write_bytes(b"half")
    endpoint.kill_and_restart()
    assert [item["Key"] for item in endpoint.s3.list_objects_v2(Bucket=name)["Contents"]] == ["whole"]
    assert not leftover.exists()


@pytest.mark.parametrize(
    ("operation", "arguments", "what"),
    [
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}, "bucket setting versioning"),
        (
            "put_bucket_website",
            {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}},
            "bucket setting website",
        ),
    ],
)
def test_settings_that_would_not_survive_are_refused(
    endpoint: Restartable, operation: str, arguments: dict[str, object], what: str
) -> None:
    s3 = endpoint.s3
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    with pytest.raises(ClientError) as error:
        getattr(s3, operation)(Bucket=name, **arguments)
    assert _code(error) == "NotImplemented"
    assert f"The {what} is not done by the embedded AWS endpoint" in error.value.response["Error"]["Message"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_an_object_that_claims_to_be_a_form_keeps_its_bytes(endpoint: Restartable, kind: str) -> None:
    name = unique("bucket")
    endpoint.s3.create_bucket(Bucket=name)
    endpoint.s3.put_object(Bucket=name, Key="form", Body=b"a=b&c", ContentType=kind, Metadata={"x": "y"})
    endpoint.kill_and_restart()
    found = endpoint.s3.get_object(Bucket=name, Key="form")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"a=b&c", kind, {"x": "y"})


def test_a_bucket_in_the_host_name_is_the_same_bucket(endpoint: Restartable) -> None:
    name = unique("bucket")
    endpoint.s3.create_bucket(Bucket=name)
    port = endpoint._running.url.rsplit(":", 1)[1]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/a/key", data=b"hello", method="PUT", headers={"Host": f"{name}.localhost:{port}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.status == 200
    endpoint.kill_and_restart()
    assert endpoint.s3.get_object(Bucket=name, Key="a/key")["Body"].read() == b"hello"


def test_object_lock_is_refused(endpoint: Restartable) -> None:
    with pytest.raises(ClientError) as error:
        endpoint.s3.create_bucket(Bucket=unique("bucket"), ObjectLockEnabledForBucket=True)
    assert _code(error) == "NotImplemented"
    assert "Object lock is not done" in error.value.response["Error"]["Message"]


@pytest.mark.parametrize("condition", ["IfNoneMatch", "IfMatch"])
def test_of_many_conditional_writers_at_once_exactly_one_wins(endpoint: Restartable, condition: str) -> None:
    s3 = endpoint.s3
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    for number in range(4):
        key = f"pointer-{number}"
        named = "*" if condition == "IfNoneMatch" else s3.put_object(Bucket=name, Key=key, Body=b"before")["ETag"]
        barrier, codes = threading.Barrier(8), []

        def write(body: bytes, key: str = key, named: str = named, barrier: Any = barrier, codes: Any = codes) -> None:
            barrier.wait()
            try:
                s3.put_object(Bucket=name, Key=key, Body=body, **{condition: named})
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])

        writers = [threading.Thread(target=write, args=(bytes([one]) * PART,)) for one in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert codes == ["PreconditionFailed"] * 7
