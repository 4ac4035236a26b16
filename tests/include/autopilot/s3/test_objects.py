from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.s3.objects import is_gone, list_uris, read, read_json, write, write_json


def test_what_is_written_can_be_read_with_its_source(s3: Any) -> None:
    uri = write(s3, "s3://toy-models/a/b.csv", "ä\n", "text/csv", "BACE, MoleculeNet")
    found = read(s3, uri)
    assert (found.uri, found.body, found.source) == (uri, "ä\n".encode(), "BACE, MoleculeNet")
    assert read(s3, write(s3, "s3://toy-models/a/c", b"x", "text/plain")).source is None


def test_json(s3: Any) -> None:
    uri = write_json(s3, "s3://toy-models/a.json", {"b": [1, None]})
    assert read_json(s3, uri) == {"b": [1, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(s3, uri, {"b": float("nan")})


def test_a_folder_is_not_its_neighbour(s3: Any) -> None:
    for key in ("drops/2", "drops/1", "drops-old/1"):
        write(s3, f"s3://toy-models/{key}", b"", "text/plain")
    assert list_uris(s3, "s3://toy-models/drops") == ["s3://toy-models/drops/1", "s3://toy-models/drops/2"]
    assert list_uris(s3, "s3://toy-models/none") == []


def test_gone_is_only_what_s3_says_is_gone(s3: Any) -> None:
    uri = write(s3, "s3://toy-models/there", b"", "text/plain")
    assert [is_gone(s3, one) for one in (uri, "s3://toy-models/not-there", "s3://no-such-bucket/a")] == [
        False,
        True,
        True,
    ]
    assert not is_gone(Denied(), uri)  # type: ignore[arg-type]


class Paged:
    """An S3 that answers in pages, as AWS does after a thousand keys."""

    def __init__(self, s3: Any) -> None:
        self.s3 = s3

    def get_paginator(self, operation: str) -> Any:
        paginator = self.s3.get_paginator(operation)
        paginate = paginator.paginate
        paginator.paginate = lambda **asked: paginate(PaginationConfig={"PageSize": 2}, **asked)
        return paginator


def test_more_than_a_page(s3: Any) -> None:
    for number in range(5):
        s3.put_object(Bucket="toy-models", Key=f"many/{number}")
    assert len(list_uris(Paged(s3), "s3://toy-models/many")) == 5  # type: ignore[arg-type]


def test_what_is_missing_has_a_name(s3: Any) -> None:
    with pytest.raises(MissingObjectError, match="s3://toy-models/no does not exist in S3"):
        read(s3, "s3://toy-models/no")
    with pytest.raises(MissingObjectError, match="s3://other/no does not exist in S3"):
        read(s3, "s3://other/no")
    with pytest.raises(MissingObjectError, match="The bucket of s3://other/no does not exist"):
        list_uris(s3, "s3://other/no")


class Denied:
    """An S3 that lets nobody in."""

    def get_object(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    def head_object(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    def get_paginator(self, _: str) -> Denied:
        return self

    def paginate(self, **_: Any) -> Any:
        def pages() -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")
            yield

        return pages()


def test_a_closed_door_is_not_read_as_absence() -> None:
    for look in (read, list_uris):
        with pytest.raises(ClientError, match="AccessDenied"):
            look(Denied(), "s3://toy-models/a")  # type: ignore[operator]
