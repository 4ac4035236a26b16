from __future__ import annotations

import hashlib

import pytest

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.baseline import read_baseline, write_baseline
from include.autopilot.drift.comparison import drift_of
from include.autopilot.drift.modelmonitor import statistics_of
from include.autopilot.drift.profiler import profile_of
from include.autopilot.template.validation import problems
from tests.support.toy import Toy

SCHEMA = Schema(("y", "colour"), "y", ("y",), ())
ROWS = [(f"row-{number}", f"{number / 3},{'red' if number % 3 else 'blue'}") for number in range(50)]


def test_a_baseline_comes_back_as_it_was_and_has_the_same_bytes_every_time(toy: Toy) -> None:
    folder = f"{toy.config.root}/baseline/one"
    profile = profile_of(ROWS, SCHEMA)
    files = write_baseline(toy.s3, folder, profile, "a toy")
    assert (files.statistics, files.constraints) == (f"{folder}/statistics.json", f"{folder}/constraints.json")
    assert files.statistics_sha256 == hashlib.sha256(toy.get(files.statistics)).hexdigest()
    again = read_baseline(toy.s3, folder)
    assert statistics_of(again) == statistics_of(profile)
    other = write_baseline(toy.s3, f"{toy.config.root}/baseline/two", again)
    assert (other.statistics_sha256, other.constraints_sha256) == (files.statistics_sha256, files.constraints_sha256)
    drift = drift_of(again, profile_of(ROWS, SCHEMA, again), SCHEMA)
    assert (drift.warnings, {column.psi for column in drift.columns}) == ((), {0.0})


def test_a_model_package_takes_it_as_its_baseline(toy: Toy) -> None:
    files = write_baseline(toy.s3, f"{toy.config.root}/baseline/package", profile_of(ROWS, SCHEMA))
    quality = {"ModelDataQuality": files.data_quality}
    request = {"ModelPackageGroupName": "toy", "ModelMetrics": quality, "DriftCheckBaselines": quality}
    assert problems("ModelPackage", request) == []


def test_a_baseline_that_is_not_there_is_missed(toy: Toy) -> None:
    with pytest.raises(MissingObjectError, match=r"baseline/none/statistics\.json does not exist"):
        read_baseline(toy.s3, f"{toy.config.root}/baseline/none")
