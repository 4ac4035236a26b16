from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.faults.rules import BadRule, Rule, read_rule


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("drop", "rule 3: expected an object, not 'drop'"),
        ({}, "rule 3: fault must be one of .* not None"),
        ({"fault": ["drop"]}, r"rule 3: fault must be one of .* not \['drop'\]"),
        (
            {"fault": "drop", "seconds": 1},
            "rule 3: drop has no 'seconds'; it has fault, operation, percent, count, seed$",
        ),
        ({"fault": "drop", "percent": "10"}, "rule 3: percent cannot be '10'"),
        ({"fault": "drop", "percent": True}, "rule 3: percent cannot be True"),
        ({"fault": "drop", "percent": 101}, "rule 3: percent must be from 0 to 100, not 101"),
        ({"fault": "drop", "count": 1.5}, "rule 3: count cannot be 1.5"),
        ({"fault": "drop", "count": -1}, "rule 3: count must not be negative, and is -1"),
        ({"fault": "drop", "operation": None}, "rule 3: operation cannot be None"),
        ({"fault": "delay", "seconds": -0.5}, "rule 3: seconds must not be negative, and is -0.5"),
        ({"fault": "server_error", "status": 404}, "rule 3: status must be one of .* not 404"),
        ({"fault": "resource_limit", "operation": "s3.*"}, "rule 3: resource_limit is for .*; 's3.*' matches none"),
        (
            {"fault": "interrupt", "operation": "sagemaker.CreateTransformJob"},
            "rule 3: interrupt is for .*TrainingJob;",
        ),
        ({"fault": "interrupt", "restarts": -1}, "rule 3: restarts must not be negative, and is -1"),
        ({"fault": "capacity", "wait": 1}, "rule 3: capacity has no 'wait'"),
        ({"fault": "throttle", "job": "a*"}, "rule 3: throttle has no 'job'"),
    ],
)
def test_what_means_nothing_is_refused(given: Any, message: str) -> None:
    with pytest.raises(BadRule, match=message):
        read_rule(given, 3)


def test_a_rule_is_read_as_given() -> None:
    given = {"fault": "server_error", "operation": "s3.*", "percent": 5, "count": 2, "seed": 7, "status": 503}
    assert read_rule(given, 1) == Rule(**given)


def test_zero_percent_and_a_count_of_zero_never_hit() -> None:
    assert not any(Rule("drop", percent=0).chosen(1, str(n)) for n in range(1000))
    assert all(Rule("drop", percent=100).chosen(1, str(n)) for n in range(1000))


def test_the_percentage_is_kept() -> None:
    hit = sum(Rule("drop", percent=20, seed=3).chosen(1, str(n)) for n in range(5000))
    assert hit / 5000 == pytest.approx(0.2, abs=0.02)
