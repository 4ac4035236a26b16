"""Models to deliver files to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.delivering import Delivering
from tests.support.toy import Toy


@pytest.fixture
def bare(searched: Toy, tmp_path: Path) -> Delivering:
    """Two holdouts and nothing else."""
    return Delivering(searched, tmp_path)


@pytest.fixture
def running(toy: Toy, tmp_path: Path) -> Delivering:
    """Holdouts, drops and a template."""
    return Delivering(toy, tmp_path)
