from __future__ import annotations

from pathlib import Path

import pytest

from include.autopilot.errors import NotRecordedError
from include.autopilot.recorded import Recorded
from tests.include.autopilot import vintages
from tests.include.autopilot.test_vintages import write
from tests.include.autopilot.vintages import hpo

STEPS = vintages.step_names("made-up")


def test_a_list_has_one_page(tmp_path: Path) -> None:
    files = {
        "ListCandidatesForAutoMLJob.j.json": {"Candidates": [{"CandidateName": "c"}], "NextToken": "more"},
        "ListTags.t.json": {"Tags": [{"Key": "a", "Value": "b"}], "NextToken": "more"},
    }
    recorded = Recorded(write(tmp_path, files))
    assert recorded.list_candidates_for_auto_ml_job("j") == {"Candidates": [{"CandidateName": "c"}]}
    assert recorded.list_tags("arn:aws:sagemaker:r:1:training-job/t") == {"Tags": [{"Key": "a", "Value": "b"}]}


@pytest.mark.parametrize("name", ["made-up", "MADE-UP", STEPS["train"]])
def test_the_jobs_of_a_search_that_was_not_recorded(tmp_path: Path, name: str) -> None:
    files = {file: content for file, content in hpo().items() if "AutoML" not in file}
    assert Recorded(write(tmp_path, files)).jobs_of(name) == (STEPS["featurize"], STEPS["train"])


def test_which_jobs_belong_together_must_be_clear(tmp_path: Path) -> None:
    files = {file: content for file, content in hpo().items() if "AutoML" not in file and "Transform" not in file}
    recorded = Recorded(write(tmp_path, files))
    assert recorded.jobs_of("made-up") == (None, STEPS["train"])
    assert recorded.jobs_of("another") is None
    two = {"DescribeTrainingJob.two.json": files[f"DescribeTrainingJob.{STEPS['train']}.json"]}
    assert Recorded(write(tmp_path, two)).jobs_of("made-up") is None


def test_the_generated_module_may_lie_deeper(tmp_path: Path) -> None:
    (tmp_path / "generated_module").mkdir()
    write(tmp_path / "generated_module", {"dpp7.py": hpo()["dpp7.py"], "dpp8.py": "HEADER = 1"})
    recorded = Recorded(tmp_path)
    fit = {"HyperParameters": {"processor_module": "candidate_data_processors.dpp7"}}
    assert recorded.processor(fit, None).target == "y"
    with pytest.raises(NotRecordedError, match=r"dpp9\.py, which holds the column order"):
        recorded.processor({"HyperParameters": {"processor_module": "x.dpp9"}}, None)
