from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.autopilot.candidate.bestlisted import best_of
from include.autopilot.describe import main
from tests.support.vintagefiles import candidate, described, write
from tests.support.vintages import Files, hpo


def listed(*candidates: Files, **more: Any) -> Files:
    return {"ListCandidatesForAutoMLJob.made-up.json": {"Candidates": list(candidates), **more}}


def other(value: float | None, name: str = "other", metric: str = "validation:mse", **more: Any) -> Files:
    measured = {"FinalAutoMLJobObjectiveMetric": {"MetricName": metric, "Value": value}}
    return candidate(hpo()) | {"CandidateName": name} | measured | more


def test_a_list_of_candidates_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = listed(other(0.5), other(0.125, "best"), other(0.01, "bad", CandidateStatus="Failed"), NextToken="more")
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["candidate"], found["objective"]["value"]) == (0, "best", 0.125)
    assert "best is the best of the 3 candidates that are listed." in found["warnings"]
    assert found["missing"][0] == "DescribeAutoMLJob.made-up.json, which describes the Autopilot job"
    code, found = described(tmp_path, capsys, "made-up", "--candidate", "OTHER")
    assert (code, found["candidate"], found["objective"]["value"]) == (0, "other", 0.5)


@pytest.mark.parametrize(
    "candidates",
    [
        (),
        (other(None), other(None)),
        (other(1, metric="validation:merror"), other(2)),
        (other(1, metric="validation:r2"), other(2)),
    ],
)
def test_a_list_that_does_not_tell_the_best(
    candidates: tuple[Files, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["made-up", "--responses", str(write(tmp_path, listed(*candidates)))]) == 2
    assert f"made-up: {len(candidates)} candidates are listed" in capsys.readouterr().err


@pytest.mark.parametrize(("metric", "name"), [("validation:mse", "low"), ("validation:r2", "high")])
def test_the_direction_counts(metric: str, name: str) -> None:
    low, high = other(0.1, "low", metric), other(0.9, "high", metric)
    for candidates in ([low, high], [high, low], [low, other(None, metric=metric), high]):
        assert (best_of(candidates) or {})["CandidateName"] == name
