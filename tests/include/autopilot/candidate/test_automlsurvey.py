"""What an Autopilot job's description tells, in whatever order and however much of it there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import vintages
from tests.support.vintagefiles import best, candidate, changed, described, only, write
from tests.support.vintages import Files, described_job, ensemble, hpo

STEPS = vintages.step_names("made-up")
JOB = "DescribeAutoMLJobV2.made-up.json"


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (2, 3, 0, 1), (3, 1, 2, 0), (1, 2, 3, 0)])
@pytest.mark.parametrize("named_after", ["its training job", "nothing"])
def test_steps_in_another_order(
    order: tuple[int, ...], named_after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The candidate's name tells the training jobs apart, or else their images."""
    files = hpo()
    told = candidate(files)
    told["CandidateSteps"] = [told["CandidateSteps"][place] for place in order]
    told["CandidateName"] = told["CandidateName"] if named_after != "nothing" else "winner"
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["missing"]) == (0, [])
    assert {step["role"]: step["name"] for step in found["steps"]} == {
        role: STEPS[role] for role in ("split", "fit", "featurize", "train")
    }
    assert found["carried"]["train"]["HyperParameters"]["_kfold"] == "5"
    assert "processor_module" in found["carried"]["fit"]["HyperParameters"]


def test_steps_whose_order_nothing_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = only(hpo(), JOB)
    told = candidate(files)
    told["CandidateSteps"] = [told["CandidateSteps"][place] for place in (1, 3, 2)]
    told["CandidateName"] = "winner"
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["replayable"]) == (3, False)
    assert f"not known which of {STEPS['fit']} and {STEPS['train']} fitted the featurizer" in found["reason"]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("year", [2020, 2022, 2023, 2025])
@pytest.mark.parametrize(
    "secondary",
    ["Starting", "AnalyzingData", "FeatureEngineering", "ModelTuning", "MergingAutoMLTaskReports", "NeverHeardOf"],
)
def test_a_running_job_says_what_it_was_asked(
    secondary: str, year: int, version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = described_job("made-up", version, year, "Regression")
    job |= {"AutoMLJobStatus": "InProgress", "AutoMLJobSecondaryStatus": secondary}
    if secondary in ("Starting", "AnalyzingData"):
        del job["ResolvedAttributes"]
    name = f"DescribeAutoMLJob{'V2' if version == 2 else ''}.made-up.json"
    code, found = described(write(tmp_path, {name: job}), capsys, "made-up")
    assert code == 3
    assert found["reason"] == f"made-up is InProgress ({secondary}): it has to finish first."
    assert (found["status"], found["target"]) == (f"InProgress / {secondary}", "y")
    assert found["mode"] == ("HYPERPARAMETER_TUNING" if version == 2 else None)
    analysed = "ResolvedAttributes" in job
    assert found["problem_type"] == ("Regression" if analysed else None)
    objective = {"metric": "MSE", "direction": "Minimize", "value": None} if analysed else None
    assert found["objective"] == objective
    assert (found["missing"], found["steps"]) == ([], [])


def test_a_running_job_with_a_candidate_so_far_has_to_finish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = changed(hpo(), JOB, AutoMLJobStatus="InProgress", AutoMLJobSecondaryStatus="ModelTuning")
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["replayable"], found["searchable"]) == (3, False, False)
    assert "is InProgress (ModelTuning): it has to finish first" in found["reason"]
    assert [step["role"] for step in found["steps"]] == ["split", "fit", "featurize", "train"]
    assert found["columns"] == ["y", "", "age", "job"]


PRETENDERS: dict[str, Files] = {
    "no step and the mode": best(ensemble("made-up"), CandidateSteps=None),
    "no step and AutoGluon": best(ensemble("made-up", version=1), CandidateSteps=[]),
}


@pytest.mark.parametrize("case", PRETENDERS)
def test_an_ensemble_that_lists_no_steps(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = described(write(tmp_path, PRETENDERS[case]), capsys, "made-up")
    assert (code, found["searchable"], found["mode"], found["steps"]) == (3, True, "ENSEMBLING", [])
    assert "jobs of the ENSEMBLING mode leave one AutoGluon model" in found["reason"]


def test_the_number_of_classes_tells_the_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for problem in ("BinaryClassification", "MulticlassClassification"):
        files = hpo(problem=problem)
        files = changed(files, JOB, ResolvedAttributes=None)
        files = best(files, FinalAutoMLJobObjectiveMetric={"MetricName": "Accuracy", "Value": 1})
        files = {name: content for name, content in files.items() if STEPS["train"] not in name}
        code, found = described(write(tmp_path, files), capsys, "made-up")
        assert (code, found["problem_type"]) == (0, problem)
        assert any("by its " in warning for warning in found["warnings"])


def test_both_versions_of_the_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo(version=1) | only(hpo(version=2), JOB)
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert code == 0
    assert "AutoMLProblemTypeConfig" in found["carried"]["search"]


def test_a_candidate_without_a_metric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The training job's hyperparameters tell the objective; where it was not recorded, it is missing."""
    files = changed(best(hpo(), FinalAutoMLJobObjectiveMetric=None), JOB, ResolvedAttributes=None)
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["objective"]) == (0, {"metric": "MSE", "direction": "Minimize", "value": None})
    assert (found["problem_type"], found["missing"]) == ("Regression", [])
    (tmp_path / f"DescribeTrainingJob.{STEPS['train']}.json").unlink()
    code, found = described(tmp_path, capsys, "made-up")
    assert (code, found["objective"]) == (0, None)
    assert "the objective, which the description of the train job may tell" in found["missing"]
    ensembled = changed(best(ensemble("made-up"), FinalAutoMLJobObjectiveMetric=None), JOB, ResolvedAttributes=None)
    code, found = described(write(tmp_path, ensembled), capsys, "made-up")
    assert (code, found["searchable"]) == (3, False)
    assert "no objective metric anywhere" in found["reason"]


def test_a_table_with_leftovers_of_another_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo()
    files[JOB]["AutoMLProblemTypeConfig"]["TimeSeriesForecastingJobConfig"] = {"ForecastFrequency": "1D"}
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["reason"]) == (0, None)


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        (
            {"RoleArn": None},
            "Nor can it be searched again, its search request is not whole: Missing required parameter in input: ",
        ),
        ({"ResolvedAttributes": None}, "Nor can it be searched again: its problem type or target is not known."),
    ],
)
def test_an_ensemble_that_cannot_be_searched_again(
    gone: dict[str, None], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = {"MetricName": "Accuracy", "Type": "Maximize", "Value": 0.9}
    files = changed(best(ensemble("made-up"), FinalAutoMLJobObjectiveMetric=measured), JOB, **gone)
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["searchable"]) == (3, False)
    assert reason in found["reason"]
