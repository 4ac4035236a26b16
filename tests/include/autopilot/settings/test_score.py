"""Scoring and deploying in a model's YAML."""

from __future__ import annotations

from include.autopilot.settings.config import ModelConfig, parse_model
from include.autopilot.settings.score import EndpointConfig, ScoreConfig
from tests.support.toy import YAML


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
