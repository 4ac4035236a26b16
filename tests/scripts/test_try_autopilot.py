from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.try_autopilot import main
from tests.support.exported import export, responses
from tests.support.generated import supervised
from tests.support.repository import ROOT
from tests.support.vintages import LABELS


def test_what_is_refused_leaves_the_last_trial_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = tmp_path / "place" / "run" / "report.html"
    last.parent.mkdir(parents=True)
    last.write_text("the last one")
    folder = export(tmp_path / "job", rows=300)
    for arguments, told in (
        ([str(tmp_path / "nowhere")], f"make try: nothing was started. {tmp_path / 'nowhere'} is no folder.\n"),
        ([str(folder), "--key", "nobody"], "has no column 'nobody', which KEY names.\n"),
    ):
        assert main([*arguments, "--place", str(tmp_path / "place")]) == 1
        assert told in capsys.readouterr().err
    (folder / "second.csv").write_text("y\n")
    assert main([str(folder), "--place", str(tmp_path / "place")]) == 1
    assert f"has second.csv, table.csv. Say which is the table: CSV={folder / 'second.csv'}" in capsys.readouterr().err
    assert last.read_text() == "the last one"


@pytest.mark.parametrize("share", ["0", "1.5", "half"])
def test_a_share_is_a_share(tmp_path: Path, share: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--share", share])
    assert f"{share!r} is no share: write a number above 0 and up to 1" in capsys.readouterr().err


@pytest.mark.whole
@pytest.mark.parametrize(
    ("problem", "arguments", "metric"),
    [
        ("Regression", ["--key", "id", "--date-column", "since"], "RMSE"),
        ("MulticlassClassification", ["--share", "1"], "Accuracy"),
        ("BinaryClassification", ["--key", "id"], "F1"),  # its module encodes with the target
    ],
)
def test_a_job_is_tried_from_its_folder_to_its_table(
    tmp_path: Path, problem: str, arguments: list[str], metric: str
) -> None:
    files = responses(problem)
    if problem == "BinaryClassification":
        files["dpp7.py"] = supervised(LABELS[problem])
    folder = export(tmp_path / "job", problem, files=files)
    (folder / "trainer.py").write_text("raise SystemExit('programs of Autopilot are not run')\n")
    place = tmp_path / "place"
    command = [sys.executable, "-m", "scripts.try_autopilot", str(folder), "--place", str(place), *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"job        Real-Job-1: {problem}, xgboost, " in ended.stdout
    assert "never yet on all that one job left" in ended.stdout
    table = ended.stdout.partition("Holdout of a trial of Real-Job-1; data: table.csv\n")[2]
    assert metric in table
    assert "promoted: first model" in table
    reports = sorted((place / "run" / "reports").glob("*/report.html"))
    assert [path.parent.name for path in reports] == ["2024-01-01", "2024-02-01"][: 1 if "--share" in arguments else 2]
    assert not list((ROOT / "include" / "models").glob("try_*"))
