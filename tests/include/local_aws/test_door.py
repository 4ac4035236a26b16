"""Nothing that a web page can make a browser send gets past the door; what programs send does."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from include.local_aws.door import Door
from include.local_aws.hosts import Hosts
from include.local_aws.process import LocalAws, StartFailed, start
from tests.include.local_aws.jobs import Clients, client


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """An endpoint with a fault route and one more name."""
    patch = pytest.MonkeyPatch()
    patch.setenv("LOCAL_AWS_ALLOWED_HOSTS", "embedded-aws, aws.internal")
    with start(tmp_path_factory.mktemp("door"), faults=True) as running:
        patch.undo()
        yield running


def _ask(url: str, method: str = "GET", path: str = "/", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send a request with exactly these headers beside the Host; names are written with underscores."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _raw(url: str, text: str) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=20) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


_FROM_PAGES = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"oRiGiN": "http://127.0.0.1:4566"},
    {"Origin": "http://localhost"},
    *({"Sec_Fetch_Site": site} for site in ("cross-site", "same-site", "same-origin", "none")),
    {"Sec_Fetch_Dest": "image"},
    {"Referer": "http://localhost:3000/"},
    {"User_Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"},
    {"Access_Control_Request_Method": "PUT"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:4566"},
    {"Host": "0.0.0.0:4566"},
    {"Host": ""},
]
_PLACES = [
    ("GET", "/"),
    ("PUT", "/bucket/model.tar.gz"),
    ("POST", "/bucket?delete"),
    ("POST", "/endpoints/x/invocations"),
    ("GET", "/_faults"),
    ("DELETE", "/_faults"),
    ("HEAD", "/bucket"),
]


@pytest.mark.parametrize("headers", _FROM_PAGES, ids=str)
def test_what_a_page_can_send_is_refused_everywhere(misbehaving: LocalAws, headers: dict[str, str]) -> None:
    for method, path in _PLACES:
        status, answered, body = _ask(misbehaving.url, method, path, **headers)
        assert status == 403, (method, path)
        assert not [name for name in answered if name.startswith("access-control-")]
        assert method == "HEAD" or b"<Code>AccessDenied</Code>" in body


def test_a_refusal_says_why_in_the_callers_form(misbehaving: LocalAws) -> None:
    _, _, body = _ask(misbehaving.url, "POST", Origin="http://evil.example", X_Amz_Target="SageMaker.ListModels")
    told = json.loads(body)
    assert told["__type"] == "AccessDeniedException"
    assert told["message"].startswith(
        "This endpoint serves programs, not web pages: the request has the header Origin."
    )
    _, _, body = _ask(misbehaving.url, Host="evil.example")
    assert b"for the host 'evil.example' is not answered" in body
    assert b"--allow-host NAME, or LOCAL_AWS_ALLOWED_HOSTS=NAME" in body


def test_preflights_are_refused(misbehaving: LocalAws) -> None:
    for path in ("/", "/bucket/key", "/moto-api/reset", "*"):
        for headers in ({}, {"Origin": "http://localhost"}, {"Access_Control_Request_Method": "PUT"}):
            assert _ask(misbehaving.url, "OPTIONS", path, **headers)[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/moto-api/reset", {}),
        ("POST", "//moto-api/reset", {}),
        ("POST", "/%6doto-api/reset", {}),
        ("POST", "/moto-api%2freset", {}),
        ("POST", "/MOTO-API/reset", {}),
        ("POST", "/reset", {"Host": "moto-api.localhost"}),
        ("POST", "/reset", {"Host": "moto-api.aws.internal"}),
        ("GET", "/moto-api", {}),
        ("GET", "/moto-api/", {}),
        ("GET", "/moto-api/data.json", {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request"}),
        ("POST", "/moto-api/recorder/start-recording", {}),
    ],
)
def test_motos_own_pages_are_not_there(misbehaving: LocalAws, method: str, path: str, headers: dict[str, str]) -> None:
    clients = Clients.of(misbehaving.url)
    clients.s3.create_bucket(Bucket="kept")
    status, _, body = _ask(misbehaving.url, method, path, **headers)
    assert status == 403
    assert b"no pages of moto" in body
    assert "kept" in [found["Name"] for found in clients.s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    "path", ["/ec2_us-east-1/x", "/latest/meta-data/iam", "/favicon.ico", "/a/.well-known/jwks.json"]
)
def test_no_other_part_of_moto_is_reached_by_its_path(misbehaving: LocalAws, path: str) -> None:
    status, _, body = _ask(misbehaving.url, path=path)
    assert (status, b"<Code>NoSuchBucket</Code>" in body) == (404, True)


def test_requests_that_name_their_host_twice_or_not_at_all_are_refused(misbehaving: LocalAws) -> None:
    host = urlsplit(misbehaving.url).netloc
    for text in (
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
        f"GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
        f"GET http://evil.example/moto-api/reset HTTP/1.1\r\nHost: {host}\r\n\r\n",
    ):
        assert _raw(misbehaving.url, text).startswith(b"HTTP/1.1 403 "), text
    absolute = f"GET {misbehaving.url}/ HTTP/1.1\r\nHost: {host}\r\n\r\n"
    assert _raw(misbehaving.url, absolute).startswith(b"HTTP/1.1 200 ")


def test_a_program_that_says_sec_fetch_mode_is_served(misbehaving: LocalAws) -> None:
    assert _ask(misbehaving.url, Sec_Fetch_Mode="cors", User_Agent="node")[0] == 200


def test_programs_reach_it_by_every_name_it_has(misbehaving: LocalAws) -> None:
    port = urlsplit(misbehaving.url).port
    s3 = client(misbehaving.url, "s3")
    s3.create_bucket(Bucket="named")
    s3.put_object(Bucket="named", Key="a/b", Body=b"hello", ACL="public-read")
    for host in (f"localhost:{port}", f"embedded-aws:{port}", "aws.internal", "127.0.0.1"):
        assert _ask(misbehaving.url, path="/named/a/b", Host=host)[2] == b"hello", host
    for host in (f"named.localhost:{port}", "named.embedded-aws", "named.aws.internal:1"):
        assert _ask(misbehaving.url, path="/a/b", Host=host)[2] == b"hello", host
    assert _ask(misbehaving.url, Host="aws.internal.evil.example")[0] == 403


def test_a_presigned_address_is_for_programs_only(misbehaving: LocalAws) -> None:
    s3 = client(misbehaving.url, "s3")
    s3.create_bucket(Bucket="signed")
    s3.put_object(Bucket="signed", Key="a", Body=b"hello")
    parts = urlsplit(s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "a"}))
    path = f"{parts.path}?{parts.query}"
    assert _ask(misbehaving.url, path=path)[2] == b"hello"
    assert _ask(misbehaving.url, path=path, Referer="http://localhost/")[0] == 403


def test_no_answer_has_a_header_of_cors(misbehaving: LocalAws) -> None:
    def app(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Access-Control-Allow-Origin", "*"), ("ACCESS-control-max-age", "1"), ("X", "y")])
        return [b""]

    environ = EnvironBuilder(base_url="http://localhost").get_environ()
    _, _, headers = run_wsgi_app(Door(app, Hosts()), environ)
    assert list(headers) == [("X", "y")]
    for path in ("/", "/nothing", "/_faults"):
        assert not [name for name in _ask(misbehaving.url, path=path)[1] if name.startswith("access-control-")]


def test_a_bucket_takes_no_cors_rules(misbehaving: LocalAws) -> None:
    s3 = client(misbehaving.url, "s3")
    s3.create_bucket(Bucket="cors")
    rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    with pytest.raises(s3.exceptions.ClientError, match="The bucket setting cors is not done by the embedded AWS"):
        s3.put_bucket_cors(Bucket="cors", CORSConfiguration=rules)


def test_a_host_that_is_none_is_told_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_AWS_ALLOWED_HOSTS", "*")
    with pytest.raises(StartFailed, match=r"'\*' is no name of a host"):
        start(tmp_path)
