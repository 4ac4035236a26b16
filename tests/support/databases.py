"""An empty PostgreSQL database for one test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from sqlalchemy.engine import make_url


@contextmanager
def database() -> Iterator[str]:
    """Make a database and drop it afterwards; gives its SQLAlchemy address. Skips where there is no server."""
    url = os.environ.get("POSTGRES_URL")
    if not url:
        pytest.skip("POSTGRES_URL is not set; `make services` runs this")
    try:
        server = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.OperationalError as error:
        pytest.skip(f"no PostgreSQL at POSTGRES_URL: {error}")
    server.autocommit = True
    name = f"chaos_{uuid.uuid4().hex[:12]}"
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        address = make_url(url).set(drivername="postgresql+psycopg2", database=name)
        try:
            yield address.render_as_string(hide_password=False)
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()
