"""The requests that let an endpoint serve the champion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.champion import deploying
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.score import EndpointConfig
from tests.support.servings import REGRESSION, champion_of
from tests.support.toy import Toy


def requests(toy: Toy, config: ModelConfig, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    champion = champion_of(toy, REGRESSION)
    monkeypatch.setattr(deploying, "find_champion", lambda *_: champion)
    return deploying.deploy_requests(toy.s3, toy.sagemaker, config)  # type: ignore[arg-type]


def test_the_endpoint_serves_the_champion_on_the_instances_of_the_yaml(
    toy: Toy, config: ModelConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = replace(config, deploy="endpoint", endpoint=EndpointConfig("ml.c5.large", 2))
    found = requests(toy, placed, monkeypatch)
    (variant,) = found["endpoint_config"]["ProductionVariants"]
    assert (variant["ModelName"], variant["InstanceType"], variant["InitialInstanceCount"]) == (
        "toy-champion",
        "ml.c5.large",
        2,
    )
    assert found["endpoint"] == {
        "EndpointName": "toy",
        "EndpointConfigName": found["endpoint_config"]["EndpointConfigName"],
        "Tags": [{"Key": "airflow-autopilot:model", "Value": "toy"}],
    }
    assert {tag["Key"] for tag in found["endpoint_config"]["Tags"]} >= {"airflow-autopilot:template"}


def test_the_same_wish_has_the_same_name_and_another_one_another(
    toy: Toy, config: ModelConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = requests(toy, config, monkeypatch)["endpoint_config"]["EndpointConfigName"]
    assert requests(toy, config, monkeypatch)["endpoint_config"]["EndpointConfigName"] == name
    larger = replace(config, deploy="endpoint", endpoint=EndpointConfig(instance_count=2))
    assert requests(toy, larger, monkeypatch)["endpoint_config"]["EndpointConfigName"] != name


def test_underscores_become_hyphens(toy: Toy, config: ModelConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    named = replace(config, name="my_toy")
    assert requests(toy, named, monkeypatch)["endpoint"]["EndpointName"] == "my-toy"
