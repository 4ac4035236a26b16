from __future__ import annotations

import pytest

from include.local_aws.runner.failures import JobFailed, container_failure


@pytest.mark.parametrize(
    ("written", "exit_code", "reason"),
    [
        ("out of luck\n", 1, "AlgorithmError: out of luck, exit code: 1"),
        ("bad column", 2, "ClientError: bad column, exit code: 2"),
        ("", 1, "AlgorithmError: See job logs for more information, exit code: 1"),
        ("", -9, "AlgorithmError: See job logs for more information, exit code: 137"),
    ],
)
def test_the_reason_names_who_is_at_fault(written: str, exit_code: int, reason: str) -> None:
    assert container_failure(written, exit_code) == reason


def test_a_long_reason_keeps_its_exit_code() -> None:
    reason = container_failure("x" * 5000, 1)
    assert len(reason) == 1024
    assert reason.endswith("x, exit code: 1")
    assert len(str(JobFailed("y" * 5000))) == 1024
