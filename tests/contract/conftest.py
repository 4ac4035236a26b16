"""The same calls against the embedded AWS and against moto's own server: where both answer, they must agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.include.local_aws.jobs import Clients, unique


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of an unmodified moto server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session", params=["local_aws", "moto"])
def clients(request: pytest.FixtureRequest) -> Clients:
    """The clients of one of the two."""
    return Clients.of(request.getfixturevalue("aws" if request.param == "local_aws" else "moto_url"))


@pytest.fixture
def bucket(clients: Clients) -> str:
    """An empty bucket."""
    name = unique("bucket")
    clients.s3.create_bucket(Bucket=name)
    return name
