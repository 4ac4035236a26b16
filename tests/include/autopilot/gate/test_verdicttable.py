from __future__ import annotations

from dataclasses import replace
from typing import Any

from include.autopilot.gate.gate import judge, not_comparable
from include.autopilot.gate.verdict import verdict_of
from include.autopilot.gate.verdicttable import as_markdown, as_text, rows_of
from tests.include.autopilot.gate.test_gate import GATE, RMSE, regressors


def verdict(**changed: Any) -> dict[str, Any]:
    found = judge(regressors()["deep tree"], regressors()["ridge"], RMSE, GATE)
    return replace(found, **changed).as_json()


def test_it_has_the_numbers_of_the_verdict() -> None:
    stored = verdict()
    rows = dict(rows_of(stored))
    assert rows["metric"] == "RMSE (Minimize)"
    assert rows["of the champion"] == f"{stored['comparison']['champion']:.4g}"
    assert rows["verdict"] == "promote (better)"
    assert rows["95% interval of the gain"].startswith(f"{stored['comparison']['low']:.4g} to ")
    assert as_text(stored).splitlines()[0].split() == ["challenger", "ridge"]


def test_markdown_stays_a_table_whatever_a_name_holds() -> None:
    lines = as_markdown(verdict(challenger="a | b\n<script>")).splitlines()
    assert lines[2] == "| challenger | a \\| b &lt;script> |"
    assert all(line.startswith("| ") or line in ("| | |", "|---|---|") for line in lines)


def test_without_a_comparison_the_rest_is_told() -> None:
    stored = not_comparable(regressors()["ridge"], "version 3", "its column 'a' is missing.", GATE).as_json()
    assert dict(rows_of(stored))["verdict"] == "keep (not_comparable)"
    assert "metric" not in dict(rows_of(stored))
    assert "The champion version 3 could not be compared: its column 'a' is missing. It stays." in stored["sentence"]


def test_a_verdict_comes_back_from_json() -> None:
    found = judge(regressors()["deep tree"], regressors()["ridge"], RMSE, GATE)
    assert verdict_of(found.as_json()) == found
