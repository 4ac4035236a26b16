from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.report.figure import Figure, Series
from include.autopilot.report.page import Shown, render
from include.autopilot.report.pictures import pictures
from include.autopilot.report.requested import Requested
from include.autopilot.settings.identity import IdentityConfig
from tests.support.reports import written
from tests.support.toy import Toy, csv_bytes, rows

SYNTHETIC = "SYNTHETIC table of the shape of a toy"


def test_the_report_names_what_went_in(toy: Toy) -> None:
    toy.put("drops/2024-02-15/again.csv", csv_bytes(rows(60, 20)))
    page, content = written(toy, [])
    assert [drop["date"] for drop in content["drops"]] == ["2024-01-01", "2024-02-01", "2024-02-15", "2024-03-01"]
    assert content["data_source"] == "a toy"
    assert content["synthetic"] is False
    assert content["template"] in page
    assert set(content["holdouts"]) == set(content["holdout_digests"]) == {"sealed", "second"}
    assert "same rows as 2024-02-01, used once" in page
    assert "SYNTHETIC" not in page


def test_made_up_data_is_said_to_be_in_title_banner_and_charts(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 3)), SYNTHETIC)
    page, content = written(toy, [])
    assert content["synthetic"] is True
    assert "<title>A toy · 2024-03-01 · SYNTHETIC</title>" in page
    assert 'class="banner"' in page
    assert {f"SYNTHETIC data: {name}" in page for name in ("sealed", "second")} == {True}


def test_what_readers_must_know_is_said(toy: Toy) -> None:
    toy.config = replace(toy.config, notes=("The dates are < invented.",))
    page, content = written(toy, [])
    assert content["notes"] == ["The dates are < invented."]
    assert "<li>The dates are &lt; invented.</li>" in page
    assert ">How to read these numbers</h2>" in page


def test_what_is_said_of_the_real_table_is_not_said_of_made_up_rows(toy: Toy) -> None:
    toy.config = replace(toy.config, notes=("The rows were measured.",))
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 3)), SYNTHETIC)
    page, _ = written(toy, [])
    assert ">About the real table, not these numbers</h2>" in page
    assert "How to read these numbers" not in page


def test_the_holdout_that_judges_comes_first(toy: Toy) -> None:
    toy.config = replace(toy.config, holdouts=("second", "sealed"))
    page, content = written(toy, [])
    assert content["judge"] == "second"
    assert page.index("<td>second (judges)") < page.index("<td>sealed</td>")


def test_jobs_are_listed(toy: Toy) -> None:
    jobs = [
        {"step": "train", "kind": "TrainingJob", "name": "toy-train-1", "status": "Completed", "seconds": 61.6},
        {"step": "create_model", "kind": "Model", "name": "toy-model-1", "status": "Completed", "seconds": None},
    ]
    page, content = written(toy, jobs)
    assert content["jobs"] == jobs
    assert "<code>toy-train-1</code>" in page
    assert '<td class="n">62</td>' in page


def test_jobs_are_bars_over_the_time_of_the_run(toy: Toy) -> None:
    train = {
        "step": "train",
        "kind": "TrainingJob",
        "name": "t",
        "status": "Completed",
        "seconds": 60.0,
        "action": "created",
    }
    times = [("2024-03-01T00:00:00+00:00", "2024-03-01T00:01:00+00:00"), ("2024-03-01T00:03:00+00:00", None)]
    page, _ = written(toy, [train | {"started": start, "ended": end} for start, end in times])
    assert page.count('style="margin-left:0.0%;width:100.0%"') == 1
    assert page.count('<td class="when">') == 2


def test_what_others_wrote_is_escaped(toy: Toy) -> None:
    _, content = written(toy, [])
    picture = pictures(
        [Figure("one", "<i>", "<i>", "<i>", (Series("<i>", "line", (0.0, 1.0), (1.0, 2.0)),), said="<i>")]
    )
    asked = Requested("<i>", "s3://b/<i>", '{"a": "<i>"}')
    shown = Shown(measured=picture, requests=[asked])
    page = render(content | {"data_source": "<script>alert(1)</script>", "target": "<b>"}, shown)
    assert page.count('class="scroll"') == page.count('class="scroll" tabindex="0" role="region" aria-label="') > 2
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>." not in page
    assert "<i>" not in page.replace("<i>At most", "")
    assert '<div class="still"><svg role="img" aria-label="&lt;i&gt;"' in page


def test_undefined_metrics_are_a_dash(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 1)))
    page, content = written(toy, [])
    assert content["holdouts"]["second"]["metrics"]["R2"]["value"] is None
    assert '<td class="n">–</td>' in page  # noqa: RUF001
    assert "<li>second: no R², Spearman, because one row only.</li>" in page


def test_a_job_without_a_name_is_an_error_not_a_blank(toy: Toy) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        written(toy, [{"step": "train"}])


def test_rows_that_seem_to_be_one_row_are_told_with_keys_and_places(toy: Toy) -> None:
    toy.config = replace(toy.config, identity=IdentityConfig(same_key="warn"))
    spelt = [row | {"id": key} for row, key in zip(rows(3000, 2), ["row-3\u200b", "'<b>row-4</b>"], strict=True)]
    toy.put("drops/2024-03-01/third.csv", csv_bytes([*rows(80, 20), *spelt, rows(3001, 1)[0] | {"id": "<b>row-4</b>"}]))
    page, content = written(toy, [])
    assert content["identity"][0]["kind"] == "same_key"
    assert ">Which rows are one row</h2>" in page
    assert "<code>&#39;row-3&#39; (2024-01-01/first.csv:5)</code> and " in page
    assert r"<code>&#39;row-3\u200b&#39; (2024-03-01/third.csv:22)</code>" in page
    assert "&lt;b&gt;row-4&lt;/b&gt;" in page
    assert "<b>row-4" not in page
