"""A small made-up model whose search was recorded: Describe responses as files, everything else in moto's S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import models

from include.autopilot.flows.search import publish_template
from include.autopilot.settings.config import ModelConfig, parse_model
from tests.include.local_aws.jobs import client
from tests.support.promotions import Contest
from tests.support.toy import (
    ARTIFACT,
    AUTOML_JOB,
    MODULE,
    PROCESSOR,
    SEARCHED,
    YAML,
    Recorded,
    Toy,
    csv_bytes,
    rows,
)


@pytest.fixture(scope="session")
def s3_client() -> Any:
    """Made once: a client takes longer to make than most tests to run. It is of use inside ``mock_aws`` only."""
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")


@pytest.fixture
def s3(s3_client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # boto3 alone is asked: to stand in for ``requests`` too takes moto longer than most tests.
    monkeypatch.setattr(models, "RESPONSES_METHODS", [])
    with mock_aws():
        s3_client.create_bucket(Bucket="toy-models")
        yield s3_client


@pytest.fixture
def config() -> ModelConfig:
    return parse_model(YAML, "toy.yaml")


@pytest.fixture
def sagemaker() -> Recorded:
    return Recorded(Path(__file__).parent / "responses" / "toy")


@pytest.fixture
def searched(s3: Any, config: ModelConfig, sagemaker: Recorded) -> Toy:
    """Two holdouts and the module that the search generated; no drops, no template."""
    toy = Toy(config, s3, sagemaker)
    toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 12)))
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 3)))
    toy.put("search/20240101T000000/input/train.csv", b"seen by the search")
    toy.put(MODULE, PROCESSOR.encode())
    toy.put(ARTIFACT, b"what the featurizer learned")
    return toy


@pytest.fixture
def toy_drops(searched: Toy) -> Toy:
    """Three drops, no template."""
    searched.put("drops/2024-01-01/first.csv", csv_bytes(rows(0, 60)))
    searched.put("drops/2024-02-01/second.csv", csv_bytes(rows(60, 20)))
    searched.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20)))
    return searched


@pytest.fixture
def toy(toy_drops: Toy) -> Toy:
    """Three drops and a published template."""
    found = toy_drops.sagemaker, toy_drops.s3, toy_drops.config
    publish_template(*found, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    return toy_drops


@pytest.fixture(scope="session")
def embedded(aws: str) -> tuple[Any, Any]:
    """The S3 and SageMaker clients of the embedded AWS."""
    return client(aws, "s3", max_pool_connections=60), client(aws, "sagemaker", max_pool_connections=60)


@pytest.fixture
def contest(embedded: tuple[Any, Any]) -> Contest:
    """A model in the registry of the embedded AWS, without any version."""
    return Contest.at(*embedded)
