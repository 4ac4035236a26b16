"""The rows of the report one by one: which, in what order, with which structures, and that hostile ones are text."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.evaluation.outcome import NO_LABEL, Classes, Numbers, Outcome
from include.autopilot.evaluation.predictions import Predictions
from include.autopilot.report.listed import MOST_DRAWN, MOST_ROWS, Listed, listed
from include.autopilot.rows.columns import Texts
from include.autopilot.settings.report import ReportConfig
from tests.support.reports import written
from tests.support.toy import Toy, csv_bytes, rows

HOSTILE = ["<script>alert(1)</script>", "\u202eOCC", '"onload="alert(1)', "x" * 10_000, "C1CC", ""]


def of(outcome: Outcome) -> Listed:
    """Without structures neither S3 nor the plan is asked."""
    nothing: Any = None
    keys = Texts(f"row-{place}" for place in range(len(outcome.actual)))
    return listed(nothing, nothing, Predictions("sealed", "s3://b/sealed.csv.out", keys, outcome), None)


def test_the_worst_predicted_come_first_and_the_unanswered_before_them() -> None:
    found = of(Numbers([1.0, 2.0, 3.0, 4.0], [1.5, 0.0, math.nan, 4.1]))
    assert [(row.key, row.predicted) for row in found.rows] == [
        ("row-2", None), ("row-1", 0.0), ("row-0", 1.5), ("row-3", 4.1),
    ]  # fmt: skip
    assert [row.error for row in found.rows[1:3]] == [-2.0, 0.5]


def test_of_classes_the_least_sure_of_the_right_one_come_first() -> None:
    known = ("no", "yes")
    outcome = Classes(known, ["yes", "no", "no"], ["yes", "yes", NO_LABEL], [[0.4, 0.6], [0.3, 0.7], [0.0, 0.0]])
    found = of(outcome)
    assert [(row.key, row.predicted) for row in found.rows] == [("row-2", None), ("row-1", "yes"), ("row-0", "yes")]
    assert [row.error for row in found.rows] == [None, pytest.approx(0.7), pytest.approx(0.4)]
    plain = of(replace(outcome, probabilities=None))
    assert [row.error for row in plain.rows] == [None, 1.0, 0.0]


def test_of_many_rows_the_worst_are_listed_and_a_long_key_is_cut() -> None:
    found = of(Numbers([0.0] * 3000, [float(place) for place in range(3000)]))
    assert (len(found.rows), found.of, found.rows[0].key) == (MOST_ROWS, 3000, "row-2999")
    nothing: Any = None
    long = Predictions("sealed", "", Texts(["k" * 10_000]), Numbers([0.0], [1.0]))
    assert len(listed(nothing, nothing, long, None).rows[0].key) == 80


def of_structures(toy: Toy, structures: list[str]) -> str:
    made = rows(1000, len(structures))
    for row, structure in zip(made, structures, strict=True):
        row["note"] = structure
    toy.put("holdout/sealed.csv", csv_bytes(made))
    toy.config = replace(toy.config, report=ReportConfig(structures="note"))
    return written(toy, [])[0]


def section(page: str) -> str:
    return page[page.index('<section id="predictions"') :].partition("</section>")[0]


def test_a_column_that_no_model_sees_is_drawn(toy: Toy) -> None:
    page = section(of_structures(toy, ["CCO"] * 15))
    assert page.count('<svg class="structure"') == MOST_DRAWN
    assert "All 15 rows." in page
    assert len(page) < 30_000


def test_hostile_structures_are_text_of_a_bounded_length(toy: Toy, capfd: pytest.CaptureFixture[str]) -> None:
    page = section(of_structures(toy, HOSTILE))
    assert "<svg" not in page
    assert page.count('<code class="smiles">') == len(HOSTILE)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<bdi>\u202eOCC</bdi>" in page
    assert "x" * 80 not in page
    assert "SMILES Parse Error" not in capfd.readouterr().err


def test_without_rdkit_structures_are_text_and_the_page_says_why(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit.Chem.Draw.rdMolDraw2D", None)
    page = section(of_structures(toy, ["CCO", "CCN"]))
    assert "<svg" not in page
    assert set(re.findall(r"<bdi>(CC[ON])</bdi>", page)) == {"CCO", "CCN"}
    assert "RDKit, which draws them, is not installed" in page


def test_a_column_that_is_not_there_is_a_sentence_and_no_failure(toy: Toy) -> None:
    toy.config = replace(toy.config, report=ReportConfig(structures="nots"))
    page = section(written(toy, [])[0])
    assert "has no column &#39;nots&#39;, which report.structures in toy.yaml names. Did you mean" in page
    assert "<td><bdi>row-" in page


def test_without_the_key_there_are_rows_and_no_structures(toy: Toy) -> None:
    page = section(written(toy, [])[0])
    assert "<table data-sortable>" in page
    assert "structures" not in page
