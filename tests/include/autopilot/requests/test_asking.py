from __future__ import annotations

import threading
import time

import pytest
from botocore.exceptions import EndpointConnectionError

from include.autopilot.requests.asking import PATIENCE_SECONDS, Check, Question, answers


def test_ten_seconds_for_everything() -> None:
    assert PATIENCE_SECONDS == 10


def test_answers_come_in_order_and_what_has_none_in_time_is_unknown() -> None:
    gate = threading.Event()

    def late() -> list[Check]:
        gate.wait(30)
        return [Check("late", "ok")]

    def slow() -> list[Check]:
        time.sleep(0.1)
        return [Check("slow", "ok"), Check("slow too", "missing", "why")]

    def unreachable() -> list[Check]:
        raise EndpointConnectionError(endpoint_url="https://iam.example")

    started = time.monotonic()
    questions = [
        *(Question(f"late {number}", late) for number in range(5)),
        Question("slow", slow),
        Question("unreachable", unreachable),
    ]
    found = answers(questions, seconds=1.0)
    assert time.monotonic() - started < 5
    gate.set()
    assert found[:5] == [Check(f"late {number}", "unknown", "AWS gave no answer within 1 s") for number in range(5)]
    assert found[5:7] == [Check("slow", "ok"), Check("slow too", "missing", "why")]
    assert (found[7].what, found[7].result) == ("unreachable", "unknown")
    assert "Could not connect" in found[7].detail


def test_a_fault_of_ours_is_not_taken_for_silence() -> None:
    def broken() -> list[Check]:
        raise KeyError("Quotas")

    with pytest.raises(KeyError, match="Quotas"):
        answers([Question("quotas", broken)])


def test_nothing_to_ask() -> None:
    assert answers([]) == []
