"""make demo: which cutoffs a model of one's own has, what its table shows, and what a failure says."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from include.autopilot.settings.config import ModelConfig, find_model
from scripts.demo import DemoFailed, cause, cutoffs_of, main, seed
from scripts.demo_table import metrics_shown
from tests.support.repository import ROOT
from tests.support.structures import with_structures

BUCKET = "demo-models"


@pytest.fixture
def model(aws: str) -> ModelConfig:
    s3: Any = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket=BUCKET)
    for day in ("2023-12-01", "2024-01-01", "2024-03-05", "2024-03-05-2", "2999-01-01"):
        s3.put_object(Bucket=BUCKET, Key=f"churn/drops/{day}/a.csv", Body=b"CID,pIC50\n")
    return replace(find_model("bace"), name="churn", root=f"s3://{BUCKET}/churn")


def test_every_day_that_the_search_allows_is_a_cutoff(aws: str, model: ModelConfig) -> None:
    assert cutoffs_of(model, aws) == [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 3, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (
            "s3://demo-nowhere/churn",
            "churn has no drop from 2024-01-01 on. Deliver one: make drop FILE=new.csv MODEL=churn",
        ),
        (
            f"s3://{BUCKET}/none",
            "churn has no drop from 2024-01-01 on. Deliver one: make drop FILE=new.csv MODEL=churn",
        ),
    ],
)
def test_a_model_without_drops_is_told_how_to_get_one(aws: str, model: ModelConfig, root: str, message: str) -> None:
    with pytest.raises(DemoFailed, match=message):
        cutoffs_of(replace(model, root=root), aws)


def report(problem: str, objective: str, **values: float | None) -> dict[str, Any]:
    metrics = {name: {"value": value} for name, value in values.items()}
    return {"problem_type": problem, "objective": {"metric": objective}, "holdouts": {"sealed": {"metrics": metrics}}}


def test_why_the_rows_are_synthetic_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], 0, "14 objects\n", "bace.csv could not be downloaded\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    seed("http://aws", find_model("bace"), screen := io.StringIO())
    assert screen.getvalue() == "bace.csv could not be downloaded\n14 objects\n"


def test_the_table_has_the_metrics_of_the_problem() -> None:
    assert metrics_shown([report("Regression", "MSE")], "sealed") == ("RMSE", "MAE", "R2")
    known = {"Accuracy": 0.9, "BalancedAccuracy": 0.8, "Precision": 0.7, "Recall": 0.7, "F1": 0.7, "AUC": None}
    binary = report("BinaryClassification", "F1", **known, LogLoss=None)
    assert metrics_shown([binary], "sealed") == ("F1", "Accuracy", "BalancedAccuracy")


def test_a_failure_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "demo.log"
    log.write_text("x\ninclude.autopilot.base.errors.DropError: Holdout 'sealed' is missing.\nValueError: y\n")
    assert cause(log) == ["because: Holdout 'sealed' is missing."]
    assert main(["--model", "nobody"]) == 1
    assert "FAILED: There is no nobody.yaml in include/models/ or dags/models/." in capsys.readouterr().out


@pytest.mark.whole
def test_bace_by_scaffold_runs_from_its_cut_to_its_table(tmp_path: Path) -> None:
    with_structures().to_csv(tmp_path / "bace.csv", index=False)
    command = [sys.executable, "-m", "scripts.demo", "--model", "bace_scaffold", "--folder", str(tmp_path / "demo")]
    environment = {**os.environ, "BACE_CSV": str(tmp_path / "bace.csv")}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "s3://autopilot-retrain/bace_scaffold/holdout/new_scaffolds.csv: 200 rows, written" in ended.stdout
    assert "Holdout of BACE-1 pIC50, new scaffolds; data: BACE from bace.csv, which is not" in ended.stdout
    assert len(list((tmp_path / "demo" / "reports").glob("2024-0[123]-01/report.html"))) == 3
