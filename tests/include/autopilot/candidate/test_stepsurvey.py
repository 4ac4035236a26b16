from __future__ import annotations

from pathlib import Path

import pytest

from include.autopilot.describe import main
from tests.support import vintages
from tests.support.vintagefiles import described, write
from tests.support.vintages import hpo

STEPS = vintages.step_names("made-up")


@pytest.mark.parametrize("name", ["made-up", STEPS["train"]])
def test_steps_without_their_autopilot_job(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {file: content for file, content in hpo().items() if "AutoML" not in file}
    code, found = described(write(tmp_path, files), capsys, name)
    assert (code, found["replayable"], found["candidate"]) == (0, True, STEPS["train"])
    job = f"DescribeAutoMLJob.{name}.json, which describes the Autopilot job"
    assert found["missing"] == [job if name == "made-up" else "the description of the Autopilot job"]
    assert (found["columns"], len(found["containers"])) == (["y", "", "age", "job"], 2)
    (tmp_path / f"DescribeTransformJob.{STEPS['featurize']}.json").unlink()
    code, found = described(tmp_path, capsys, name)
    assert (code, found["problem_type"], found["containers"]) == (0, "Regression", [])
    assert "the transform job whose output the training job reads" in found["missing"]


@pytest.mark.parametrize(
    ("name", "kept", "missing"),
    [
        ("made-up", "Transform", "the training job of the algorithm"),
        (STEPS["featurize"], "Transform", "the training job of the algorithm"),
        (STEPS["fit"], STEPS["fit"], "the transform job whose output the training job reads"),
    ],
)
def test_one_job_alone(name: str, kept: str, missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {file: content for file, content in hpo().items() if kept in file}
    code, found = described(write(tmp_path, files), capsys, name)
    assert (code, len(found["carried"]), found["template_digest"]) == (0, 1, None)
    assert missing in found["missing"]


def test_one_job_alone_that_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (name,) = [file for file in hpo() if "Transform" in file]
    failed = hpo()[name] | {"TransformJobStatus": "Failed", "FailureReason": "See job logs"}
    code, found = described(write(tmp_path, {name: failed}), capsys, STEPS["featurize"])
    assert (code, found["replayable"]) == (3, False)
    assert "its featurize job is Failed" in found["reason"]


def test_a_job_that_does_not_tell_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo()
    name = f"DescribeTransformJob.{STEPS['featurize']}.json"
    del files[name]["TransformJobName"]
    arguments = ["--transform-job", STEPS["featurize"], "--training-job", STEPS["train"]]
    assert main([*arguments, "--responses", str(write(tmp_path, files))]) == 0
    assert f"featurize: TransformJob {STEPS['featurize']}" in capsys.readouterr().out
