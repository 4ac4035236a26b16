from __future__ import annotations

import json
from typing import Any

import numpy as np

from include.autopilot.base.csvlines import encode_line
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.comparison import Drift, drift_of
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drift.shown import drift_content, drift_html, drift_page

NASTY = "<script>alert('x')</script>"
FEATURES = ("a", "b", NASTY, "colour")
SCHEMA = Schema(("y", *FEATURES), "y", ("y", *FEATURES[:-1]), ())


def drift(shift: float = 0.0, colour: str = "red", count: int = 60) -> Drift:
    def lines(seed: int, rows: int, moved: float, colours: list[str]) -> Any:
        numbers = np.random.default_rng(seed).normal(size=(rows, 4)) + np.array([0, 0, 0, moved])
        for place, row in enumerate(numbers.tolist()):
            yield f"row-{seed}-{place}", encode_line([*map(repr, row), colours[place % len(colours)]])

    baseline = profile_of(lines(1, 600, 0.0, ["red", "blue"]), SCHEMA)
    return drift_of(baseline, profile_of(lines(2, count, shift, [colour, "blue"]), SCHEMA, baseline), SCHEMA)


def test_the_content_is_plain_json_with_the_worst_first() -> None:
    found = drift(shift=3.0)
    content = json.loads(json.dumps(drift_content(found), allow_nan=False))
    assert (content["blocked"], content["sentence"]) == (False, found.sentence)
    first = content["columns"][0]
    assert (first["name"], first["action"], first["range_before"][0] < 0) == (NASTY, "warn", True)
    assert (first["ks"], first["p"]["values"]) == (first["distance"], found.columns[3].p["values"])
    assert {column["name"] for column in content["columns"]} == {"y", *FEATURES}
    assert next(column for column in content["columns"] if column["name"] == "colour")["ks"] is None


def test_the_page_shows_figures_and_escapes_every_text() -> None:
    found = drift(shift=3.0, colour="<b>new</b>")
    page = str(drift_html(drift_content(found)))
    assert "<script>" not in page
    assert "<b>new</b>" not in page
    assert "&lt;script&gt;alert(" in page
    assert "&lt;b&gt;new&lt;/b&gt;" in page
    column = found.columns[3]
    assert f'<td class="n">{column.psi:.3g}</td><td class="n">{column.ks:.3g}</td>' in page
    assert "y (target)" in page
    assert "columns without drift" in page
    assert f"over all {found.tests} tests" in page


def test_the_page_of_a_run_is_reached_by_keyboard() -> None:
    drop = {"drop": "<2024>", **drift_content(drift(shift=3.0))}
    about = {"title": "T", "cutoff": "2024-01-01", "synthetic": False, "baseline": {"why": "w", "drops": []}}
    page = drift_page({**about, "drops": [drop], "warnings": [], "blocks": []})
    assert (page.count("<main>"), page.count("<h1>")) == (1, 1)
    for label in ("Columns that drifted", "Columns without drift"):
        assert f'tabindex="0" role="region" aria-label="{label} of drop &lt;2024&gt;"' in page
    assert page.count('class="scroll"') == page.count('class="scroll" tabindex="0" role="region"') == 2


def test_the_page_of_a_quiet_drop_has_no_list_and_one_table() -> None:
    found = drift()
    page = str(drift_html(drift_content(found)))
    assert found.warnings == ()
    assert ("<li>" in page, page.count("<table>"), "5 columns without drift" in page) == (False, 1, True)


def test_a_long_list_of_warnings_is_cut_and_blocks_come_first() -> None:
    content = drift_content(drift()) | {"warnings": [f"warning {n}" for n in range(13)], "blocks": ["stop here"]}
    for column in content["columns"]:
        column["action"] = "warn"
    page = str(drift_html(content))
    assert "<b>Blocks the run:</b> stop here" in page
    assert page.index("stop here") < page.index("warning 0")
    assert ("warning 9" in page, "warning 10" in page, "and 3 more, see the table" in page) == (True, False, True)
    assert "columns without drift" not in page
