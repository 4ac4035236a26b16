"""A registry, and two runs of the toy: the champion and a later one that is better."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.support.judgedruns import Judged, ran
from tests.support.toy import Toy
from tests.support.toyruns import FEBRUARY, MARCH


@pytest.fixture
def registry(s3: Any) -> Any:
    return boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def first(toy: Toy, registry: Any) -> Judged:
    """A run whose model is the champion: its error is 1, that of the mean about 2."""
    run = ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["reason"] == "first_model"
    return run


@pytest.fixture
def second(first: Judged) -> Judged:
    """A later run with a smaller error, evaluated."""
    return ran(first.toy, first.sagemaker, MARCH, "20240301T000000-00000002", 0.5)
