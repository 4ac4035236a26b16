"""What a champion needs of the rows it is to predict, and what there is to serve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import RegistryError
from include.autopilot.champion.serving import find_champion
from include.autopilot.settings.config import ModelConfig
from tests.support.servings import REGRESSION, SERVING, champion_of
from tests.support.toy import Toy


class Empty:
    """A Model Registry without any group."""

    def list_model_packages(self, ModelPackageGroupName: str, **_asked: Any) -> Any:  # noqa: N803 - boto3's names
        assert ModelPackageGroupName == "toy"
        return {"ModelPackageSummaryList": []}


def test_without_a_champion_it_is_said_how_to_get_one(s3: Any, config: ModelConfig) -> None:
    with pytest.raises(RegistryError) as refused:
        find_champion(s3, Empty(), config)  # type: ignore[arg-type]
    assert str(refused.value) == (
        "toy has no champion yet. Run toy_retrain until a model is promoted, or put a version in place with "
        "toy_rollback."
    )


def test_the_artifact_is_the_algorithms() -> None:
    assert SERVING.artifact == "s3://toy-models/m/model.tar.gz"
    assert replace(SERVING, model={"ModelName": "m", "Containers": [{}]}).artifact is None


def test_rows_must_satisfy_the_columns_it_was_trained_on(toy: Toy) -> None:
    champion = champion_of(toy, REGRESSION)
    contract = champion.contract
    assert (contract.columns, contract.target, contract.key) == (("y", "a (b, c)", "d[1]", "colour"), "y", "id")
    assert set(contract.numeric) == {"y", "a (b, c)", "d[1]"}
    ensemble = replace(champion, template=replace(champion.template, replay=None))
    assert ensemble.contract.numeric == ("y",)
