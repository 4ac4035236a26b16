"""A web page in a real browser cannot make the endpoint do anything, whatever it tries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from include.local_aws.faults import Faults
from include.local_aws.process import LocalAws, start
from tests.include.local_aws.browser import CHROMIUM, attacked, shown, stranger
from tests.include.local_aws.jobs import client

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]
# Prefetching is left out: a browser may decide not to.
_WAYS = {
    "fetch", "fetch-put", "fetch-delete", "fetch-json", "no-cors", "no-cors-silent", "no-cors-post", "reset", "faults",
    "sns", "invocations", "keepalive", "beacon", "websocket", "eventsource", "worker", "form-get", "form-post",
    "form-plain", "form-file", "img", "img-silent", "script", "stylesheet", "video", "object", "frame", "sandbox",
}  # fmt: skip


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """An endpoint with objects that anybody may read; it counts every request that the door lets in."""
    with start(tmp_path_factory.mktemp("victim"), faults=True) as running:
        s3 = client(running.url, "s3")
        s3.create_bucket(Bucket="victim")
        for key, kind in (("model.tar.gz", "application/gzip"), ("page.html", "text/html")):
            s3.put_object(Bucket="victim", Key=key, Body=b"<p>secret</p>", ContentType=kind, ACL="public-read")
        yield running


def _untouched(running: LocalAws) -> None:
    assert Faults(running.url).calls() == {}
    s3 = client(running.url, "s3")
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="victim")["Contents"]] == ["model.tar.gz", "page.html"]
    assert s3.get_object(Bucket="victim", Key="model.tar.gz")["Body"].read() == b"<p>secret</p>"
    assert client(running.url, "sns").list_topics()["Topics"] == []
    Faults(running.url).reset_calls()


def test_the_page_really_tries_everything(tmp_path: Path) -> None:
    """Against a server that consents, every way of the page arrives: the test below is not empty."""
    with stranger() as site:
        attacked(site, "localhost", f"http://127.0.0.1:{site.port}", tmp_path, lambda: site.ways() >= _WAYS)
        assert _WAYS - site.ways() == set()
        assert {method for method, _ in site.arrived} >= {"GET", "POST", "PUT", "DELETE", "OPTIONS"}


@pytest.mark.parametrize("origin", ["localhost", "127.0.0.1", "rebound.example"])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "rebound.example"])
def test_a_page_changes_and_reads_nothing(victim: LocalAws, tmp_path: Path, origin: str, name: str) -> None:
    Faults(victim.url).reset_calls()
    with stranger() as site:
        seen = attacked(site, origin, f"http://{name}:{urlsplit(victim.url).port}", tmp_path)
    assert len(seen) > 10
    assert {way: what for way, what in seen.items() if what.startswith("read")} == {}
    _untouched(victim)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "rebound.example", "victim.localhost"])
def test_no_object_becomes_a_page_of_the_endpoint(victim: LocalAws, tmp_path: Path, name: str) -> None:
    """Its scripts would be at home there; after DNS rebinding any page would."""
    Faults(victim.url).reset_calls()
    path = "page.html" if name.startswith("victim.") else "victim/page.html"
    document = shown(f"http://{name}:{urlsplit(victim.url).port}/{path}", tmp_path)
    assert "AccessDenied" in document
    assert "secret" not in document
    _untouched(victim)
