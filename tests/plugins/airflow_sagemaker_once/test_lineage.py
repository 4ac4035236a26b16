"""The provider's OpenLineage methods find what they read: with its package, which is not needed here, stood in for."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import lineage
from airflow_sagemaker_once.operators import (
    AutopilotProcessingOperator,
    AutopilotTrainingOperator,
    AutopilotTransformOperator,
)


@pytest.fixture(autouse=True)
def _package(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = SimpleNamespace(OperatorLineage=SimpleNamespace)
    for name in ("", ".extractors", ".extractors.base"):
        monkeypatch.setitem(sys.modules, f"airflow.providers.openlineage{name}", facts)
    for operator in (AutopilotTrainingOperator, AutopilotProcessingOperator, AutopilotTransformOperator):
        monkeypatch.setattr(operator, "path_to_s3_dataset", staticmethod(str))


def test_training() -> None:
    operator = AutopilotTrainingOperator(task_id="t", config={})
    source = {"DataSource": {"S3DataSource": {"S3Uri": "s3://b/train"}}}
    operator.keep_for_lineage(
        {
            "InputDataConfig": [source],
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"},
            "CreationTime": datetime(2024, 1, 1, tzinfo=UTC),
        }
    )
    found = operator.get_openlineage_facets_on_complete(None)
    assert (found.inputs, found.outputs) == (["s3://b/train"], ["s3://b/model.tar.gz"])


def test_processing() -> None:
    operator = AutopilotProcessingOperator(task_id="t", config={})
    outputs = {"Outputs": [{"S3Output": {"S3Uri": "s3://b/out"}}]}
    operator.keep_for_lineage(
        {"ProcessingInputs": [{"S3Input": {"S3Uri": "s3://b/in"}}], "ProcessingOutputConfig": outputs}
    )
    found = operator.get_openlineage_facets_on_complete(None)
    assert (found.inputs, found.outputs) == (["s3://b/in"], ["s3://b/out"])


def test_a_transform_whose_model_cannot_be_described_has_lineage_without_it() -> None:
    class Client:
        def describe_model(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeModel")

    assert lineage.model(Client(), "m") == {"PrimaryContainer": {}}
