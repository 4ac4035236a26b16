"""A temporary /opt/ml and what goes into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.optml import OptMl

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


@pytest.fixture
def opt_ml(tmp_path: Path) -> OptMl:
    return OptMl(tmp_path / "opt" / "ml")


@pytest.fixture
def image() -> str:
    return XGBOOST
