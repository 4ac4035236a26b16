from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.base.errors import NotRecordedError, UnreadableError
from include.autopilot.candidate.responsefiles import ResponseFiles


def folder_of(folder: Path, **files: Any) -> ResponseFiles:
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return ResponseFiles(folder)


@pytest.mark.parametrize(
    "name",
    [
        "DescribeTransformJob.Rpb-1.json",
        "describetransformjob.rpb-1.JSON",
        "describe-transform-job.rpb-1.json",
        "describe_transform_job.RPB-1.json",
        "anything.json",
        "DescribeModel.wrong-operation.json",
    ],
)
def test_a_file_is_found_by_its_name_or_its_content(tmp_path: Path, name: str) -> None:
    content = {"TransformJobName": "rpb-1", "ModelName": "m"}
    files = folder_of(tmp_path, **{name: content})
    assert files.answer("DescribeTransformJob", "rpb-1") == content
    assert list(files.described("DescribeTransformJob")) == [content]
    assert list(files.described("DescribeTrainingJob")) == []


def test_a_transform_job_is_not_the_model_that_it_names(tmp_path: Path) -> None:
    files = folder_of(tmp_path, **{"a.json": {"TransformJobName": "rpb-1", "ModelName": "m"}})
    with pytest.raises(NotRecordedError, match=r"DescribeModel\.m\.json"):
        files.answer("DescribeModel", "m")


def test_a_file_that_cannot_be_read_matters_when_it_is_asked_for(tmp_path: Path) -> None:
    files = folder_of(tmp_path, **{"DescribeModel.m.json": "{", "x.json": {"TrainingJobName": "t"}, "notes.txt": "{"})
    assert files.answer("DescribeTrainingJob", "t") == {"TrainingJobName": "t"}
    with pytest.raises(UnreadableError, match=r"DescribeModel\.m\.json is not JSON"):
        files.answer("DescribeModel", "m")


def test_a_candidate_alone(tmp_path: Path) -> None:
    alone = {"CandidateName": "C-1"}
    files = folder_of(tmp_path, **{"my-job.json": alone, "DescribeAutoMLJob.other.json": {"BestCandidate": alone}})
    for name in ("my-job", "c-1", "other"):
        assert files.candidate(name) == alone
    assert files.candidate("nobody") is None
    with pytest.raises(NotRecordedError):
        files.answer("DescribeAutoMLJob", "other")


def test_a_bare_list_of_candidates(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text('[{"CandidateName": "C-1"}]')
    with pytest.raises(UnreadableError, match=r'all.json holds a bare list; .* Wrap it: {"Candidates": \[...\]}'):
        ResponseFiles(tmp_path).candidate("my-job")


def test_folders_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "DescribeModel.m.json").mkdir()
    with pytest.raises(NotRecordedError):
        ResponseFiles(tmp_path).answer("DescribeModel", "m")
    with pytest.raises(UnreadableError, match="nothing is no folder"):
        ResponseFiles(tmp_path / "nothing")
