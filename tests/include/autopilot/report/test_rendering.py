from __future__ import annotations

import pytest

from include.autopilot.report import rendering


@pytest.mark.parametrize(("number", "shown"), [(0, "not promoted (tie)"), (4, "kept (tie)")])
def test_the_page_says_what_became_of_a_version_by_whether_there_was_a_champion(number: int, shown: str) -> None:
    promotion = {
        "kind": "kept",
        "number": number,
        "reason": "tie",
        "sentence": "No.",
        "version": {"version": 5, "arn": "a"},
    }
    gate = {"verdict": {"sentence": "No."}, "promotion": promotion}
    page = rendering._environment().get_template("parts/verdict.html.j2").render(gate=gate, rows=[])
    assert f"<td>{shown}</td>" in page
