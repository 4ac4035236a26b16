from __future__ import annotations

from pathlib import Path

import pytest

from include.autopilot.base.errors import NotRecordedError
from include.autopilot.candidate.recorded import Jobs, Recorded
from tests.support import vintages
from tests.support.vintagefiles import write
from tests.support.vintages import hpo

STEPS = vintages.step_names("made-up")


def test_a_list_has_one_page(tmp_path: Path) -> None:
    files = {
        "ListCandidatesForAutoMLJob.j.json": {"Candidates": [{"CandidateName": "c"}], "NextToken": "more"},
        "ListTags.t.json": {"Tags": [{"Key": "a", "Value": "b"}], "NextToken": "more"},
    }
    recorded = Recorded(write(tmp_path, files))
    assert recorded.list_candidates_for_auto_ml_job("j") == {"Candidates": [{"CandidateName": "c"}]}
    assert recorded.list_tags("arn:aws:sagemaker:r:1:training-job/t") == {"Tags": [{"Key": "a", "Value": "b"}]}


def left(folder: Path, *without: str) -> Recorded:
    """What is left of a job's files without those of the Autopilot job and some others."""
    files = {name: content for name, content in hpo().items() if not any(part in name for part in ("AutoML", *without))}
    return Recorded(write(folder, files))


@pytest.mark.parametrize("name", ["made-up", "MADE-UP", STEPS["train"]])
def test_the_jobs_of_a_search_that_was_not_recorded(tmp_path: Path, name: str) -> None:
    found = left(tmp_path).jobs_of(name)
    assert found == Jobs(STEPS["featurize"], STEPS["train"], None), "the fit job's file does not name its search"


@pytest.mark.parametrize(
    ("name", "without", "found"),
    [
        ("made-up", ["Transform"], Jobs(None, STEPS["train"], None)),
        ("made-up", ["Training"], Jobs(STEPS["featurize"], None, None)),
        (STEPS["featurize"], ["Training"], Jobs(STEPS["featurize"], None, None)),
        (STEPS["fit"], [], Jobs(None, None, STEPS["fit"])),
        ("made-up", ["Training", "Transform"], None),
        ("another", [], None),
    ],
)
def test_some_of_the_jobs(tmp_path: Path, name: str, without: list[str], found: Jobs | None) -> None:
    assert left(tmp_path, *without).jobs_of(name) == found


def test_jobs_of_two_candidates_are_not_mixed(tmp_path: Path) -> None:
    train = hpo()[f"DescribeTrainingJob.{STEPS['train']}.json"]
    write(tmp_path, {"DescribeTrainingJob.two.json": train | {"TrainingJobName": "two"}})
    assert left(tmp_path).jobs_of("made-up") == Jobs(STEPS["featurize"], None, None)
    assert left(tmp_path).jobs_of("two") == Jobs(STEPS["featurize"], "two", None)


def test_the_generated_module_may_lie_deeper(tmp_path: Path) -> None:
    (tmp_path / "generated_module").mkdir()
    write(tmp_path / "generated_module", {"dpp7.py": hpo()["dpp7.py"], "dpp8.py": "HEADER = 1"})
    recorded = Recorded(tmp_path)
    fit = {"HyperParameters": {"processor_module": "candidate_data_processors.dpp7"}}
    assert recorded.processor(fit, None).target == "y"
    with pytest.raises(NotRecordedError, match=r"dpp9\.py, which holds the column order"):
        recorded.processor({"HyperParameters": {"processor_module": "x.dpp9"}}, None)
