"""What `make new-model` makes of a table is searched, retrained and promoted; its search makes another model.

The table has every kind of column, and the featurizer is fitted again: what it has learnt of dates, amounts, categories
and texts is what a month later says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from include.autopilot.newmodel import main
from include.autopilot.settings.config import parse_model
from tests.support import mixedtable
from tests.support.classified import BUCKET, Case, placed
from tests.support.tiny import returned

pytestmark = pytest.mark.whole

ROWS = 700


@dataclass(frozen=True)
class Drafted(Case):
    """A model whose YAML the command has written."""

    text: str = ""

    @property
    def yaml(self) -> str:
        return self.text


def drafted(folder: Path) -> Drafted:
    (folder / "tickets.csv").write_bytes(mixedtable.as_csv(mixedtable.rows(ROWS)))
    asked = ["tickets", "--csv", "tickets.csv", "--target", mixedtable.TARGET, "--holdout", "0.1"]
    assert main([*asked, "--date", "2024-01-01", "--root", f"s3://{BUCKET}/tickets"], folder) == 0
    text = (folder / "tickets.yaml").read_text().replace("max_candidates: 8", "max_candidates: 1")
    # So small a table has no 150 rows to spare.
    text = text.replace("  # min_holdout_rows: 150", "  min_holdout_rows: 40")
    drop, sealed = (
        pd.read_csv(folder / ".local/new/tickets" / name, dtype=str, keep_default_na=False)
        for name in ("drop.csv", "sealed.csv")
    )
    table = pd.concat([sealed, drop], ignore_index=True)
    return Drafted("tickets", "", "", "", mixedtable.TARGET, table, len(sealed), text=text)


def test_from_a_table_to_a_champion_and_from_its_job_to_another_model(
    aws: str, airflow_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    case = drafted(tmp_path)
    model = parse_model(case.yaml, "tickets.yaml")
    assert (model.key, model.ignore, model.title) == (mixedtable.KEY, (), "Tickets")
    assert model.search is not None
    assert model.search.problem_type == "Regression"
    with placed(case, aws) as made:
        later = mixedtable.rows(120, seed=1, begin=datetime(2022, 8, 25, tzinfo=UTC))
        made.put("drops/2024-02-01/more.csv", pd.DataFrame(later))
        search = made.run("search", "2024-01-01")
        assert search.state == "success"
        run = made.run("retrain", "2024-02-01", featurizer="refit")
        assert run.state == "success"
        report = made.report(run)
        assert report["gate"]["promotion"]["kind"] == "promoted"
        assert report["holdouts"]["sealed"]["metrics"]["R2"]["value"] > 0.5
        assert len(report["drops"]) == 2
        fitted = returned(run, "fit_featurizer")["uri"]
        containers = made.sagemaker.describe_model(ModelName=returned(run, "create_model")["name"])["Containers"]
        assert containers[0]["ModelDataUrl"] == fitted
        job = returned(search, "search")["name"]
        asked = ["again", "--automl-job", job, "--date", "2024-02-01", "--endpoint-url", aws]
        assert main(asked, tmp_path) == 2
        assert f"{job} has not seen what identifies a row. Say KEY=column" in capsys.readouterr().err
        assert main([*asked, "--csv", "tickets.csv"], tmp_path) == 0
        again = parse_model((tmp_path / "again.yaml").read_text(), "again.yaml")
        assert (again.target, again.key, again.root) == (mixedtable.TARGET, mixedtable.KEY, f"s3://{BUCKET}/again")
        assert again.autopilot is not None
        assert again.autopilot.job == job
