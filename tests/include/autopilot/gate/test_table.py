from __future__ import annotations

from dataclasses import replace
from typing import Any

from include.autopilot.gate.comparison import judge, not_comparable
from include.autopilot.gate.spending import Look
from include.autopilot.gate.table import as_markdown, as_text, rows_of
from include.autopilot.gate.verdict import verdict_of
from tests.support.contenders import GATE, RMSE, regressors


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


def test_a_look_and_what_is_left_of_a_winners_gain_are_told() -> None:
    pair = regressors()["deep tree"], regressors()["ridge"]
    found = judge(*pair, RMSE, GATE, look=Look("sealed-d1ge5t", 5))
    rows = dict(rows_of(found.as_json()))
    assert rows["look"] == "the 5th look at these rows; 2.4 % of 5 % error left"
    assert found.comparison is not None
    assert found.comparison.likely_gain is not None
    assert 0 < found.comparison.likely_gain <= found.comparison.gain
    assert rows["gain without the luck of the winner"] == f"{found.comparison.likely_gain:.4g}"
    assert "99.44% interval of the gain" in rows
    assert verdict_of(found.as_json()) == found


def test_a_verdict_of_an_earlier_release_is_told_as_it_was() -> None:
    stored = verdict()
    for name in ("level", "likely_gain"):
        del stored["comparison"][name]
    del stored["look"]
    rows = dict(rows_of(stored))
    assert "95% interval of the gain" in rows
    assert not {"look", "gain without the luck of the winner"} & set(rows)
    assert verdict_of(stored).look is None


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


def test_a_gain_of_many_times_is_no_percentage() -> None:
    stored = verdict()
    stored["comparison"] |= {"relative_gain": -613004001.7}
    assert dict(rows_of(stored))["gain"].endswith(", -6.13e+08 times of the champion's loss")
