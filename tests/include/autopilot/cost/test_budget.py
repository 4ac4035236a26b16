from __future__ import annotations

import pytest

from include.autopilot.cost.budget import Limits, question, reasons_to_ask

NOTHING = {"known_usd": 0.0, "unknown": 0}


@pytest.mark.parametrize(
    ("limits", "estimate", "spent", "expected"),
    [
        (Limits(None, None), None, NOTHING, ()),
        (Limits(10, None), 4.0, {"known_usd": 6.0, "unknown": 0}, ()),
        (
            Limits(10, None),
            4.01,
            {"known_usd": 6.0, "unknown": 0},
            ("2026-11 has cost 6.00 USD so far, with this run 10.01 USD; the budget is 10.00 USD.",),
        ),
        (Limits(None, 3), 3.0, NOTHING, ()),
        (Limits(None, 3), 3.5, NOTHING, ("The run is estimated at 3.50 USD; its limit is 3.00 USD.",)),
        (Limits(10, None), None, NOTHING, ("What the run will cost is unknown.",)),
        (Limits(None, 3), None, {"known_usd": 0.0, "unknown": 4}, ("What the run will cost is unknown.",)),
        (
            Limits(10, None),
            None,
            {"known_usd": 12.0, "unknown": 0},
            (
                "What the run will cost is unknown.",
                "2026-11 has cost 12.00 USD so far; the budget is 10.00 USD.",
            ),
        ),
        (
            Limits(10, None),
            1.0,
            {"known_usd": 1.0, "unknown": 2},
            ("The cost of 2 jobs of 2026-11 is unknown, and so is what is left of 10.00 USD.",),
        ),
    ],
)
def test_when_somebody_is_asked(limits, estimate, spent, expected):
    assert reasons_to_ask(limits, estimate, "2026-11", spent) == expected


def test_the_question():
    asked = question("Retraining A toy for the cutoff 2024-03-01", "3 jobs, about 4.00 USD.", ("One.", "Two."))
    assert asked.startswith("Retraining A toy for the cutoff 2024-03-01: 3 jobs, about 4.00 USD.\n\n- One.\n- Two.\n\n")
    assert "Reject: it ends without starting one." in asked
