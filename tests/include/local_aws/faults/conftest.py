"""An endpoint of its own: what these tests disturb nobody else may be using."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.local_aws.faults import Faults
from include.local_aws.process import start
from tests.include.local_aws.jobs import Clients, client, put_tables, unique


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an endpoint that was started with ``--faults``."""
    with start(tmp_path_factory.mktemp("faults"), faults=True) as running:
        yield running.url


@pytest.fixture
def faults(disturbed: str) -> Iterator[Faults]:
    """Its misbehaviour; none at first and none afterwards."""
    found = Faults(disturbed)
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def impatient(disturbed: str) -> Clients:
    """Clients that take the first answer: what a rule does to one call is not retried away."""
    once = {"retries": {"total_max_attempts": 1}}
    return Clients(disturbed, *(client(disturbed, service, **once) for service in ("s3", "sagemaker", "logs")))


@pytest.fixture(scope="module")
def table_bucket(disturbed: str) -> str:
    """A bucket of the endpoint with tables to train on."""
    s3 = client(disturbed, "s3")
    name = unique("tables")
    s3.create_bucket(Bucket=name)
    put_tables(s3, name)
    return name
