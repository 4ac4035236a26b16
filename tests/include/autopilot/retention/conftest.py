"""A model at the embedded AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.retained import Kept


@pytest.fixture
def kept(embedded: tuple[Any, Any]) -> Kept:
    return Kept.at(*embedded)
