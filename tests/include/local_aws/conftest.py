"""A bucket for each test of the embedded AWS."""

from __future__ import annotations

import pytest

from tests.include.local_aws.jobs import Clients, unique


@pytest.fixture
def bucket(clients: Clients) -> str:
    """An empty bucket."""
    name = unique("bucket")
    clients.s3.create_bucket(Bucket=name)
    return name
