"""Where a retune looks: half to twice of what the winner has, where its algorithm lets it."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.requests.octave import around, combinations
from include.local_aws.runtimes.linear_learner.hyperparameters import HYPERPARAMETERS as LINEAR_LEARNER
from include.local_aws.runtimes.mlp.hyperparameters import HYPERPARAMETERS as MLP
from include.local_aws.runtimes.xgboost.hyperparameters import HYPERPARAMETERS as XGBOOST

WINNER = {
    "_kfold": "5", "_tuning_objective_metric": "validation:rmse", "alpha": "0", "colsample_bytree": "0.8",
    "eta": "0.07", "max_depth": "5", "num_round": "3000", "objective": "reg:squarederror", "seed": "12",
    "subsample": "1.0",
}  # fmt: skip


def ranged(algorithm: str, winner: dict[str, str]) -> dict[str, tuple[str, str]]:
    ranges, _ = around(algorithm, winner)
    return {one["Name"]: (one["MinValue"], one["MaxValue"]) for entries in ranges.values() for one in entries}


def test_half_to_twice_within_what_is_legal() -> None:
    assert ranged("xgboost", WINNER) == {
        "colsample_bytree": ("0.4", "1"),
        "eta": ("0.035", "0.14"),
        "max_depth": ("3", "10"),
        "num_round": ("1500", "4000"),
        "subsample": ("0.5", "1"),
    }


def test_what_has_no_octave_stays_and_the_objective_is_sagemakers_to_say() -> None:
    _, static = around("xgboost", WINNER)
    assert static == {"_kfold": "5", "alpha": "0", "objective": "reg:squarederror", "seed": "12"}


def test_whole_numbers_are_ranges_of_whole_numbers() -> None:
    ranges, _ = around("xgboost", {"max_depth": "5", "eta": "0.1"})
    assert [one["Name"] for one in ranges["IntegerParameterRanges"]] == ["max_depth"]
    assert [one["Name"] for one in ranges["ContinuousParameterRanges"]] == ["eta"]
    assert {one["ScalingType"] for entries in ranges.values() for one in entries} == {"Logarithmic"}


@pytest.mark.parametrize("text", ["auto", "nan", "inf", "-1", "0", ""])
def test_what_is_no_positive_number_stays(text: str) -> None:
    assert around("linear-learner", {"wd": text}) == ({}, {"wd": text})


def test_a_winner_beyond_the_legal_range_is_in_its_own() -> None:
    assert ranged("xgboost", {"num_round": "5000"}) == {"num_round": ("2500", "5000")}
    assert ranged("linear-learner", {"wd": "1e-8"}) == {"wd": ("1e-08", "2e-08")}


def test_one_whole_number_only_is_no_range() -> None:
    assert around("xgboost", {"max_delta_step": "1"})[0]["IntegerParameterRanges"][0]["MaxValue"] == "2"
    assert around("xgboost", {"max_delta_step": "10"})[0]["IntegerParameterRanges"][0]["MaxValue"] == "10"


def test_ends_of_whole_numbers_are_written_in_full() -> None:
    assert ranged("linear-learner", {"mini_batch_size": "1000000"}) == {"mini_batch_size": ("500000", "1000000")}
    assert ranged("xgboost", {"num_round": "1234567"}) == {"num_round": ("617284", "1234567")}


def test_twice_the_greatest_number_is_no_end() -> None:
    assert around("xgboost", {"gamma": "1e308"}) == ({}, {"gamma": "1e308"})


def test_the_trainings_in_ranges_are_counted() -> None:
    assert combinations(around("xgboost", {"max_depth": "1", "num_round": "1"})[0]) == 4
    assert combinations(around("xgboost", {"max_depth": "1", "eta": "0.1"})[0]) > 1_000_000


def test_of_another_algorithm_nothing_is_known() -> None:
    assert around(None, {"eta": "0.1"}) == ({}, {"eta": "0.1"})


@pytest.mark.parametrize(
    ("algorithm", "known"), [("xgboost", XGBOOST), ("linear-learner", LINEAR_LEARNER), ("mlp", MLP)]
)
def test_the_ends_are_legal_for_the_embedded_algorithms(algorithm: str, known: Any) -> None:
    """Their tables of hyperparameters are made of the same pages, by name and range."""
    for value in ("1e-9", "0.003", "0.7", "3", "5000", "1e6"):
        for name, ends in ranged(algorithm, dict.fromkeys(known, value)).items():
            if _takes(known[name], name, value):
                assert [known[name].read(name, end) for end in ends], name


def _takes(one: Any, name: str, value: str) -> bool:
    try:
        one.read(name, value)
    except Exception:  # noqa: BLE001 - the winner itself is none
        return False
    return True
