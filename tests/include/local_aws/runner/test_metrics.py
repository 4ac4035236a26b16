from __future__ import annotations

import pytest

from include.local_aws.runner.metrics import Metrics


def test_the_last_value_of_each_metric_counts() -> None:
    metrics = Metrics([{"Name": "loss", "Regex": r"loss=([0-9.eE+-]+)"}, {"Name": "never", "Regex": "never=(.*)"}])
    for line in ("loss=1.5", "something else", "loss=2.5e-1 loss=0.2"):
        metrics.read(line)
    assert [(item["MetricName"], item["Value"]) for item in metrics.final()] == [("loss", 0.2)]
    assert metrics.final()[0]["Timestamp"].tzinfo is not None


def test_a_match_that_is_no_number_is_passed_over() -> None:
    metrics = Metrics([{"Name": "loss", "Regex": r"loss=(\S+)"}])
    for line in ("loss=0.5", "loss=unknown"):
        metrics.read(line)
    assert metrics.final()[0]["Value"] == 0.5


def test_a_regex_without_a_group_is_its_own_value() -> None:
    metrics = Metrics([{"Name": "n", "Regex": r"\d+"}])
    metrics.read("epoch 7")
    assert metrics.final()[0]["Value"] == 7


def test_all_values_of_a_followed_metric_are_kept() -> None:
    metrics = Metrics([{"Name": name, "Regex": rf"{name}=([0-9.]+)"} for name in ("loss", "other")], "loss")
    for line in ("loss=3 other=1", "other=2", "loss=2"):
        metrics.read(line)
    assert metrics.series == [3, 2]


@pytest.mark.parametrize("text", ["nan", "-nan", "inf", "-Infinity", "1e999"])
def test_a_metric_that_ended_in_no_finite_number_has_no_value(text: str) -> None:
    metrics = Metrics([{"Name": "loss", "Regex": r"loss=(.*)"}], "loss")
    for line in ("loss=0.5", f"loss={text}"):
        metrics.read(line)
    assert metrics.final() == []
    assert metrics.series == [0.5]
    metrics.read("loss=0.4")
    assert metrics.final()[0]["Value"] == 0.4
