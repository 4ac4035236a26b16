"""Which quotas are worth waiting for, in AWS's own words."""

from __future__ import annotations

import pytest

from airflow_sagemaker_once.quota import never_fits

SENTENCE = (
    "An error occurred (ResourceLimitExceeded) when calling the CreateTrainingJob operation: The account-level service "
    "limit '{what}' is {limit}, with current utilization of {used} and a request delta of {delta}. Please use AWS "
    "Service Quotas to request an increase for this quota."
)


@pytest.mark.parametrize(
    ("what", "limit", "used", "delta", "never"),
    [
        ("ml.m5.4xlarge for training job usage", "0 Instances", "0 Instances", "1 Instances", True),
        ("ml.m5.4xlarge for training job usage", "0.0 Instances", "0.0 Instances", "1.0 Instances", True),
        ("ml.m5.large for spot training job usage", "1 Instances", "0 Instances", "2 Instances", True),
        ("ml.m5.large for training job usage", "1 Instances", "1 Instances", "2 Instances", True),
        ("Number of instances across all training jobs", "1,000 Instances", "0 Instances", "1,001 Instances", True),
        ("Longest run time for a training job", "432000 Seconds", "0 Seconds", "500000 Seconds", True),
        ("ml.m5.large for training job usage", "1 Instances", "1 Instances", "1 Instances", False),
        ("ml.m5.large for training job usage", "1 Instance", "1 Instance", "1 Instance", False),
        ("Number of instances across all training jobs", "1,000 Instances", "999 Instances", "4 Instances", False),
        ("Number of parallel AutoML jobs", "10 Jobs", "10 Jobs", "1 Jobs", False),
    ],
)
def test_a_limit_of_nothing_or_below_the_request_is_never_met(
    what: str, limit: str, used: str, delta: str, never: bool
) -> None:
    assert never_fits(SENTENCE.format(what=what, limit=limit, used=used, delta=delta)) is never


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("The account-level service limit 'ml.p4d.24xlarge for training job usage' is 0 Instances.", True),
        ('Limit "ml.p4d.24xlarge for transform job usage" is 2 instances; a Request Delta of 3 instances', True),
        (
            "The account-level service quota 'x' is 1, with current utilization of 0 and a request delta of 2",
            True,
        ),
        ("The account-level service limit for training-job/ml.p2.xlarge is 0 Instances", True),
        ("The account-level service limit 'x' is: 0 Instances", True),
        ("limit: 0, utilization: 0, request delta: 1", True),
        ("limit: 1, utilization: 0, request delta: 2", True),
        ("limit: 1, utilization: 1, request delta: 1", False),
        ("limit 1, utilization 1, request delta 1", False),
        ("limit of 0 Instances for account 123456789012", True),
        ("Current utilization of 'x' has reached the limit. Current utilization is 0, request delta of 1.", False),
        ("You have exceeded the limit; wait is 0 seconds", False),
        ("You have reached your resource limit. Please try again later.", False),
        ("You have exceeded the limit of concurrent jobs, which is twenty.", False),
        ("", False),
    ],
)
def test_other_wordings(sentence: str, never: bool) -> None:
    assert never_fits(sentence) is never
