"""What `make new-model` makes of a table is searched, retrained and promoted; its search makes another model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from include.autopilot.newmodel import main
from include.autopilot.settings.config import parse_model
from tests.support.classified import BUCKET, Case, placed, tumours
from tests.support.tiny import returned

pytestmark = pytest.mark.whole


@dataclass(frozen=True)
class Drafted(Case):
    """A model whose YAML the command has written."""

    text: str = ""

    @property
    def yaml(self) -> str:
        return self.text


def drafted(folder: Path) -> Drafted:
    tumours().to_csv(folder / "tumours.csv", index=False)
    asked = ["growth", "--csv", "tumours.csv", "--target", "diagnosis", "--holdout", "0.1", "--date", "2024-01-01"]
    assert main([*asked, "--root", f"s3://{BUCKET}/growth"], folder) == 0
    text = (folder / "growth.yaml").read_text().replace("max_candidates: 8", "max_candidates: 1")
    # So small a table has no 150 rows to spare.
    text = text.replace("  # min_holdout_rows: 150", "  min_holdout_rows: 40")
    drop, sealed = (pd.read_csv(folder / ".local/new/growth" / name) for name in ("drop.csv", "sealed.csv"))
    table = pd.concat([sealed, drop], ignore_index=True)
    return Drafted("growth", "", "", "", "diagnosis", table, len(sealed), text=text)


def test_from_a_table_to_a_champion_and_from_its_job_to_another_model(
    aws: str, airflow_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    case = drafted(tmp_path)
    model = parse_model(case.yaml, "growth.yaml")
    assert (model.key, model.ignore, model.title) == ("id", (), "Growth")
    assert model.search is not None
    assert (model.search.problem_type, model.search.metric) == ("BinaryClassification", "F1")
    with placed(case, aws) as made:
        more = case.table.iloc[case.holdout :].head(40)
        made.put("drops/2024-02-01/more.csv", more.assign(id="new-" + more["id"], **{"mean radius": 20.0}))
        search = made.run("search", "2024-01-01")
        assert search.state == "success"
        run = made.run("retrain", "2024-02-01")
        assert run.state == "success"
        report = made.report(run)
        assert report["gate"]["promotion"]["kind"] == "promoted"
        assert report["objective"]["metric"] == "F1"
        assert report["objective"]["value"] > 0.8
        assert len(report["drops"]) == 2
        job = returned(search, "search")["name"]
        asked = ["again", "--automl-job", job, "--date", "2024-02-01", "--endpoint-url", aws]
        assert main(asked, tmp_path) == 2
        assert f"{job} has not seen what identifies a row. Say KEY=column" in capsys.readouterr().err
        assert main([*asked, "--csv", "tumours.csv"], tmp_path) == 0
        again = parse_model((tmp_path / "again.yaml").read_text(), "again.yaml")
        assert (again.target, again.key, again.root) == ("diagnosis", "id", f"s3://{BUCKET}/again")
        assert again.autopilot is not None
        assert again.autopilot.job == job
