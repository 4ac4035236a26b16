from __future__ import annotations

import pytest

from include.autopilot.base.errors import RegistryError
from include.autopilot.champion.version import metadata_of, version_of

TOLD = {
    "cutoff": "2024-01-01T00:00:00+00:00", "run": "r", "model": "m", "holdout": "h", "template": "t",
    "metric": "AUC", "direction": "Maximize", "value": 0.123456789,
}  # fmt: skip
ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/bace/7"


def test_what_goes_in_comes_out() -> None:
    described = {"ModelPackageArn": ARN, "ModelPackageVersion": 7, "CustomerMetadataProperties": metadata_of(TOLD)}
    found = version_of(described)
    assert (found.arn, found.version, found.run, found.value) == (ARN, 7, "r", 0.123456789)
    assert found.moment.year == 2024
    assert found.label == "version 7"


def test_a_metric_without_value_says_so() -> None:
    told = metadata_of({**TOLD, "value": None})
    assert told["value"] == "undefined"
    assert (
        version_of({"ModelPackageArn": ARN, "ModelPackageVersion": "7", "CustomerMetadataProperties": told}).value
        is None
    )


def test_what_the_service_does_not_allow_is_left_out() -> None:
    assert metadata_of({"a": "x, (y)", "b": "v" * 300, "c": True, "d": ""}) == {
        "a": "x_ _y_", "b": "v" * 256, "c": "true", "d": "undefined",
    }  # fmt: skip


def test_a_version_of_somebody_else_is_named() -> None:
    with pytest.raises(RegistryError, match="bace/7 has no 'value' among its customer metadata"):
        version_of({"ModelPackageArn": ARN, "ModelPackageVersion": 7})
