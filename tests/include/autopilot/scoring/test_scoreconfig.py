"""Scoring and deploying in a model's YAML."""

from __future__ import annotations

import pytest

from include.autopilot.config import ModelConfig, parse_model
from include.autopilot.errors import ConfigError
from include.autopilot.scoring.scoreconfig import EndpointConfig, ScoreConfig
from tests.include.autopilot.conftest import YAML


def parse(more: str) -> ModelConfig:
    return parse_model(f"{YAML}{more}", "toy.yaml")


def test_without_them_nothing_is_scored_or_deployed_by_itself() -> None:
    found = parse("")
    assert (found.score, found.deploy, found.endpoint) == (None, "none", None)


def test_all_keys() -> None:
    score = "score:\n  input: s3://new/rows/\n  schedule: '0 6 * * 1'\n  on_new_champion: false\n"
    found = parse(f"{score}deploy: endpoint\nendpoint:\n  instance_type: ml.c5.large\n  instance_count: 2\n")
    assert found.score == ScoreConfig("s3://new/rows/", "0 6 * * 1", False)
    assert (found.deploy, found.endpoint) == ("endpoint", EndpointConfig("ml.c5.large", 2))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("score:\n  input: rows.csv\n", "key 'score.input' is 'rows.csv'."),
        ("score:\n  schedule: '0 6 * * 1'\n", "key 'score.input' is missing."),
        ("deploy: 'yes'\n", "key 'deploy' is 'yes'."),
        ("endpoint:\n  instance_count: 2\n", "endpoint describes what deploy: none leaves out: say deploy: endpoint"),
        ("deploy: endpoint\nendpoint:\n  instance_type: m5.large\n", "key 'endpoint.instance_type' is 'm5.large'."),
    ],
)
def test_other_values_are_refused(more: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(more)
    assert message in str(refused.value)
