from __future__ import annotations

import pytest

from include.autopilot.base.errors import MissingResourceError
from include.autopilot.draft.job import ask
from tests.support.toy import AUTOML_JOB, Toy


def test_a_job_says_all_but_the_key(searched: Toy) -> None:
    found = ask(searched.sagemaker, searched.s3, AUTOML_JOB)
    assert (found.job, found.target, found.problem_type, found.metric) == (AUTOML_JOB, "y", "Regression", "MSE")
    assert (found.role_arn, found.bucket, found.replays) == (
        "arn:aws:iam::123456789012:role/AutopilotRetrain",
        "toy-models",
        True,
    )
    assert "y" in found.columns
    assert "id" not in found.columns


def test_no_such_job(searched: Toy) -> None:
    with pytest.raises(MissingResourceError):
        ask(searched.sagemaker, searched.s3, "nobody")
