"""A model with three runs; nothing of it is remembered yet."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.overview import glance, remembered
from tests.support.observed import Observed


@pytest.fixture
def toy(s3: Any) -> Observed:
    remembered._known.clear()
    glance._known.clear()
    found = Observed.named(s3, "toy-models", "toy")
    for number in (1, 2, 3):
        found.run(number, promoted=number != 2)
    return found
