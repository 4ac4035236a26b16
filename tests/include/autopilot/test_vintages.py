"""Every shape of description that Autopilot left parses, or is refused with the right reason."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from include.autopilot.describe import main
from tests.support import vintages
from tests.support.recordings import REFUSED
from tests.support.vintagefiles import changed, described, only, write
from tests.support.vintages import LINEAR, MLP, XGBOOST, Files, ensemble, hpo, running

PROBLEMS = ("Regression", "BinaryClassification", "MulticlassClassification")


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("algorithm", [XGBOOST, LINEAR, MLP])
@pytest.mark.parametrize(("year", "version"), [(2020, 1), (2021, 1), (2022, 1), (2023, 2), (2025, 2)])
def test_finished_jobs_of_hyperparameter_tuning(
    year: int, version: int, algorithm: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = hpo("made-up", year, version, problem, algorithm)
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["replayable"], found["searchable"], found["reason"]) == (0, True, True, None)
    assert (found["mode"], found["problem_type"], found["algorithm"]) == ("HYPERPARAMETER_TUNING", problem, algorithm)
    assert found["objective"] == {
        "metric": vintages.OBJECTIVES[problem],
        "direction": "Minimize" if problem == "Regression" else "Maximize",
        "value": 0.25,
    }
    assert found["columns"] == ["y", "", "age", "job"]
    assert found["target"] == "y"
    assert found["labels"] == {"R": [], "B": ["no", "yes"], "M": ["low", "mid", "high"]}[problem[0]]
    assert [step["role"] for step in found["steps"]] == ["split", "fit", "featurize", "train"]
    serving = vintages.algorithm_image(algorithm, year, serving=True)
    assert [container["image"] for container in found["containers"]][1] == serving
    assert len(found["containers"]) == (2 if problem == "Regression" else 3)
    assert found["missing"] == []
    assert found["template_digest"]
    assert found["status"] == ("Completed / MaxCandidatesReached" if year == 2020 else "Completed")


@pytest.mark.parametrize("version", [1, 2])
def test_an_ensemble_can_only_be_searched_again(
    version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = described(write(tmp_path, ensemble(version=version)), capsys, "canvas")
    assert (code, found["replayable"], found["searchable"]) == (3, False, True)
    assert "ENSEMBLING mode leave one AutoGluon model and no steps to replay" in found["reason"]
    assert (found["mode"], found["algorithm"], found["missing"]) == ("ENSEMBLING", "autogluon", [])
    assert found["containers"][0]["environment"] == {"SAGEMAKER_PROGRAM": "tabular_serve.py", "EMPTY": ""}
    assert found["carried"]["search"]["RoleArn"] == vintages.ROLE
    assert found["template_digest"]


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_reason(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, reason = REFUSED[case]
    name = next(name.split(".")[1] for name in files if name.startswith("DescribeAutoMLJob"))
    code, found = described(write(tmp_path, files), capsys, name)
    assert (code, found["replayable"], found["searchable"]) == (3, False, False)
    assert reason in found["reason"]
    assert found["template_digest"] is None


def test_a_description_alone_says_what_it_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = only(hpo(version=1, year=2022, problem="BinaryClassification"), "AutoML")
    code, found = described(write(tmp_path, files), capsys, "MADE-UP")
    assert (code, found["replayable"], found["searchable"]) == (0, True, True)
    assert found["missing"] == [
        "DescribeTrainingJob.made-up-dpp7-1-0a1b2c3d4e5f.json",
        "DescribeTransformJob.made-up-dpp7-rpb-1-0a1b2c3d4e5f.json",
        "DescribeTrainingJob.made-upFqgNeC-008-c0ecb8eb.json",
        "the featurizer's model, which only the description of the featurize job names",
        "the generated module, dppN.py, which holds the column order",
    ]
    assert found["template_digest"] is None
    assert [step["name"] for step in found["steps"]] == list(vintages.step_names("made-up").values())[:4]
    assert found["columns"] == []


@pytest.mark.parametrize("file", ["DescribeAutoMLJob.made-up.json", "BestCandidate.made-up.json", "made-up.json"])
@pytest.mark.parametrize("problem", ["Regression", "MulticlassClassification"])
def test_a_candidate_saved_alone(file: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo(problem=problem)
    alone = files.pop("DescribeAutoMLJobV2.made-up.json")["BestCandidate"]
    code, found = described(write(tmp_path, {file: alone}), capsys, "made-up")
    assert (code, found["replayable"], found["searchable"]) == (0, True, False)
    assert found["missing"][0] == "DescribeAutoMLJob.made-up.json, which describes the Autopilot job"
    assert "the target column, which nothing that is there names (--target COLUMN states it)" in found["missing"]
    assert ("the problem type" in str(found["missing"])) == (problem != "Regression")
    assert found["objective"]["metric"] == vintages.OBJECTIVES[problem]
    # Accuracy is a metric of both kinds of classification: which one it is, the training job says.
    assert found["problem_type"] == ("Regression" if problem == "Regression" else None)
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["problem_type"]) == (0, problem)
    assert found["searchable"] is False


def test_columns_can_be_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo()
    del files["dpp7.py"]
    folder = write(tmp_path, files)
    _, found = described(folder, capsys, "made-up")
    assert found["missing"] == ["dpp7.py, which holds the column order"]
    code, found = described(folder, capsys, "made-up", "--columns", "y, a,b")
    assert (code, found["columns"], found["missing"]) == (0, ["y", "a", "b"], [])
    assert found["template_digest"]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("algorithm", [XGBOOST, LINEAR, MLP])
@pytest.mark.parametrize("year", [2020, 2021, 2023])
def test_the_jobs_alone(
    year: int, algorithm: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The containers inferred from the jobs are those that Autopilot told."""
    files = hpo("made-up", year, 1, problem, algorithm)
    told = files.pop("DescribeAutoMLJob.made-up.json")["BestCandidate"]["InferenceContainers"]
    steps = vintages.step_names("made-up")
    arguments = ("--transform-job", steps["featurize"], "--training-job", steps["train"])
    code, found = described(write(tmp_path, files), capsys, *arguments)
    assert (code, found["replayable"], found["searchable"]) == (0, True, False)
    assert (found["automl_job"], found["candidate"]) == (None, steps["train"])
    assert (found["problem_type"], found["objective"]["metric"]) == (problem, vintages.OBJECTIVES[problem])
    assert found["containers"] == [
        {"image": entry["Image"], "environment": entry["Environment"], "artifact": entry["ModelDataUrl"]}
        for entry in told
    ]
    assert any("inference containers are inferred" in warning for warning in found["warnings"])
    assert any("belongs to the Autopilot job made-up" in warning for warning in found["warnings"])
    assert (found["missing"], found["columns"], found["target"]) == ([], ["y", "", "age", "job"], "y")


def test_the_jobs_without_the_one_that_fitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo()
    steps = vintages.step_names("made-up")
    files = {name: content for name, content in files.items() if steps["fit"] not in name and "AutoML" not in name}
    arguments = ["--transform-job", steps["featurize"], "--training-job", steps["train"]]
    out = tmp_path / "template.json"
    code, found = described(write(tmp_path, files), capsys, *arguments, "--out", str(out))
    assert code == 0
    assert any("can be reused and not fitted again" in warning for warning in found["warnings"])
    assert json.loads(out.read_text())["template"]["replay"]["fit"] is None


def test_numbers_as_text_and_lists_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = changed(hpo(), "FqgNeC", ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": "1"})
    files = changed(files, "FqgNeC", VpcConfig=None, EnableNetworkIsolation="true")
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert code == 0
    assert found["carried"]["train"]["ResourceConfig"]["InstanceCount"] == 1
    assert found["carried"]["train"]["EnableNetworkIsolation"] is True


def test_settings_survive_and_exceptions_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tags = [
        {"Key": "team", "Value": "fraud"},
        {"Key": "aws:x", "Value": "y"},
        {"Key": "airflow-autopilot:run", "Value": "r"},
    ]
    files = hpo() | {"ListTags.made-upfqgnec-008-c0ecb8eb.json": {"Tags": tags}}
    _, found = described(write(tmp_path, files), capsys, "made-up")
    train = found["carried"]["train"]
    assert train["VpcConfig"] == {"SecurityGroupIds": ["sg-0"], "Subnets": ["subnet-0"]}
    assert train["OutputDataConfig"]["KmsKeyId"] == "alias/output"
    assert train["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert train["Environment"] == {"EMPTY": "", "API_TOKEN": "***"}
    assert found["tags"] == {"train": {"team": "fraud"}}
    gone = {(entry["of"], entry["path"]) for entry in found["not_carried"]}
    assert gone == {
        ("train", "AlgorithmSpecification.MetricDefinitions"),
        ("train", "ProfilerConfig"),
        ("train", "EnableFFM"),
        ("train", "ResourceConfig.DisableEFA"),
        ("search", "CreatedBy"),
    }


STRANGE: tuple[Any, ...] = (
    *(None, "", "x", 0, True, [], {}, [1], ["x"], {"x": 1}, {"x": {"y": []}}, -1.5, "s3://", "\u0000", "\ud800"),
    *(1e300, "9" * 400, [[]], [None], {"": ""}, "arn:aws:x/y/"),
)


@strategies.composite
def broken(draw: strategies.DrawFn) -> Files:
    """A job's files of which some are gone and some members are gone or have another shape."""
    whole = [hpo(), hpo(year=2020, version=1), hpo(problem="BinaryClassification", algorithm=LINEAR)]
    files = copy.deepcopy(draw(strategies.sampled_from([*whole, ensemble("made-up"), running("x", "made-up")])))
    for name in draw(strategies.lists(strategies.sampled_from(sorted(files)), max_size=2, unique=True)):
        del files[name]
    for _ in range(draw(strategies.integers(1, 4))):
        recorded = [name for name, content in files.items() if name.endswith(".json") and content]
        if recorded:
            replace_one(draw, files[draw(strategies.sampled_from(recorded))])
    return files


def replace_one(draw: strategies.DrawFn, holder: Any) -> None:
    """Replace or remove one member anywhere in a structure."""
    while True:
        key = draw(strategies.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
        if not isinstance(holder[key], dict | list) or not holder[key] or draw(strategies.booleans()):
            break
        holder = holder[key]
    if draw(strategies.booleans()):
        del holder[key]
    else:
        holder[key] = copy.deepcopy(draw(strategies.sampled_from(STRANGE)))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=broken())
def test_nothing_ends_in_a_traceback(files: Files, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = write(tmp_path_factory.mktemp("broken"), files)
    steps = vintages.step_names("made-up")
    by_steps = ["--transform-job", steps["featurize"], "--training-job", steps["train"]]
    for asked in (["made-up"], by_steps):
        codes = {main([*asked, "--responses", str(folder), *more]) for more in ([], ["--json"])}
        assert codes in ({0}, {2}, {3})
        saved = folder / "template"
        if main([*asked, "--responses", str(folder), "--out", str(saved)]) == 0:
            saved = saved.rename(folder / "template.json")
            assert main([str(saved)]) == 0
            saved.unlink()


@settings(max_examples=100, deadline=None, suppress_health_check=[*HealthCheck])
@given(files=broken())
def test_the_object_is_plain_json_and_gives_a_reason(files: Files, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = write(tmp_path_factory.mktemp("broken"), files)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(["made-up", "--responses", str(folder), "--json"])
    if code == 2:
        assert printed.getvalue() == ""
        return
    found = json.loads(printed.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (code == 0) == found["replayable"]
    assert found["replayable"] or found["reason"]
