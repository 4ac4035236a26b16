from __future__ import annotations

import pytest

from include.local_aws.hosts import BadHost, Hosts


@pytest.mark.parametrize(
    "header",
    [
        "127.0.0.1", "127.0.0.1:4566", "127.255.0.9:1", "localhost", "LocalHost:4566", "[::1]", "[::1]:4566",
        "bucket.localhost:4566", "my.dotted.bucket.localhost", "under_score.localhost",
    ],
)  # fmt: skip
def test_loopback_is_answered(header: str) -> None:
    assert Hosts().answers(header)


@pytest.mark.parametrize(
    "header",
    [
        "", ":4566", "evil.example", "127.0.0.1.evil.example", "evil.example:4566", "localhost.evil.example",
        "notlocalhost", "0.0.0.0:4566", "[::]:4566", "10.0.0.1", "[fe80::1]", "127.1", "2130706433", "0x7f.0.0.1",
        "127.0.0.1,evil.example", "localhost,localhost", "localhost:", "localhost:x", "localhost:4566:4566",
        "user@localhost", "localhost/x", "local host", " localhost", "localhost\n", ".localhost", "a..localhost",
        "-.localhost", "[::1", "::1]", "[localhost]x", "evil.example#.localhost", "\u0131localhost", "aws",
        "embedded-aws",
    ],
)  # fmt: skip
def test_any_other_host_is_a_strangers(header: str) -> None:
    assert not Hosts().answers(header)


def test_more_names_and_addresses_can_be_given() -> None:
    hosts = Hosts(["Embedded-AWS", "aws.internal", "10.0.0.5"])
    for header in ("embedded-aws:4566", "bucket.embedded-aws", "aws.internal:80", "10.0.0.5:4566", "localhost"):
        assert hosts.answers(header), header
    for header in ("internal", "10.0.0.6", "bucket.10.0.0.5", "embedded-aws.evil.example", "xembedded-aws"):
        assert not hosts.answers(header), header


@pytest.mark.parametrize("name", ["", "*", "*.internal", "http://aws", "aws:4566", "a b", "aws/", "[::1]"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadHost, match="is no name of a host: give a name or an address"):
        Hosts([name])


@pytest.mark.parametrize(
    ("header", "bucket"),
    [
        ("b.localhost:4566", "b"),
        ("a.b.LOCALHOST", "a.b"),
        ("b.aws.internal", "b"),
        ("aws.internal", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("b.evil.example", None),
    ],
)
def test_a_bucket_may_be_written_before_the_name(header: str, bucket: str | None) -> None:
    assert Hosts(["aws.internal"]).bucket(header) == bucket
