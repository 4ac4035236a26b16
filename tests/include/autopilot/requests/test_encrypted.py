"""The model's key reaches every request of a run, and only where nothing else was said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.requests.encrypted import encrypted
from include.autopilot.s3.encryption import Encryption
from tests.support.foretelling import as_ensemble, foretold
from tests.support.toy import Toy

OURS = Encryption("aws:kms", "alias/ours")
THEIRS = "arn:aws:kms:us-east-1:123456789012:key/theirs"


@pytest.mark.parametrize(
    ("kind", "request_", "output", "volume"),
    [
        ("TrainingJob", {"ResourceConfig": {"InstanceType": "ml.m5.large"}}, "OutputDataConfig", "ResourceConfig"),
        ("TransformJob", {}, "TransformOutput", "TransformResources"),
        ("AutoMLJobV2", {}, "OutputDataConfig", "SecurityConfig"),
    ],
)
def test_output_and_volumes_get_the_key(kind: str, request_: dict[str, Any], output: str, volume: str) -> None:
    made = encrypted(kind, request_, "alias/ours")
    assert (made[output]["KmsKeyId"], made[volume]["VolumeKmsKeyId"]) == ("alias/ours", "alias/ours")
    assert output not in request_


def test_a_search_of_the_first_version_has_it_deeper() -> None:
    made = encrypted("AutoMLJob", {"AutoMLJobConfig": {"Mode": "AUTO"}}, "alias/ours")
    assert made["AutoMLJobConfig"] == {"Mode": "AUTO", "SecurityConfig": {"VolumeKmsKeyId": "alias/ours"}}
    assert made["OutputDataConfig"] == {"KmsKeyId": "alias/ours"}


def test_keys_of_the_template_stay() -> None:
    asked = {"OutputDataConfig": {"KmsKeyId": THEIRS}, "ResourceConfig": {"VolumeKmsKeyId": THEIRS}}
    assert encrypted("TrainingJob", asked, "alias/ours") == asked


@pytest.mark.parametrize(
    "resources",
    [
        {"InstanceType": "ml.m5d.large"},
        {"InstanceGroups": [{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.g5.xlarge"}]},
    ],
)
def test_disks_that_encrypt_themselves_get_none(resources: dict[str, Any]) -> None:
    assert encrypted("TrainingJob", {"ResourceConfig": resources}, "alias/ours")["ResourceConfig"] == resources
    assert encrypted("TransformJob", {"TransformResources": resources}, "alias/ours")["TransformResources"] == resources


def test_an_endpoint_has_a_volume_and_no_output() -> None:
    variants = {"ProductionVariants": [{"InstanceType": "ml.m5.large"}]}
    assert encrypted("EndpointConfig", variants, "alias/ours") == {**variants, "KmsKeyId": "alias/ours"}
    variants = {"ProductionVariants": [{"InstanceType": "ml.g5.xlarge"}]}
    assert encrypted("EndpointConfig", variants, "alias/ours") == variants


def test_without_a_key_nothing_is_said() -> None:
    assert encrypted("TrainingJob", {"OutputDataConfig": {}}, None) == {"OutputDataConfig": {}}


def test_a_model_writes_nothing() -> None:
    assert encrypted("Model", {"ModelName": "m"}, "alias/ours") == {"ModelName": "m"}


def kms_keys(value: Any) -> list[str]:
    """Every key of KMS in a request."""
    if isinstance(value, dict):
        own = [entry for name, entry in value.items() if name in ("KmsKeyId", "VolumeKmsKeyId")]
        return own + [key for entry in value.values() for key in kms_keys(entry)]
    return [key for entry in value for key in kms_keys(entry)] if isinstance(value, list) else []


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_every_job_of_a_run_has_it_and_the_dry_run_shows_it(toy: Toy, featurizer: str) -> None:
    before = foretold(toy, featurizer=featurizer)
    toy.config = replace(toy.config, encryption=OURS)
    after = foretold(toy, featurizer=featurizer)
    assert [one.step for one in after] == [one.step for one in before]
    for one in after:
        expected = [] if one.kind == "Model" else ["alias/ours", "alias/ours"]
        assert kms_keys(one.request) == expected, one.step
    jobs = [one.request.get("TransformJobName") for one in after if one.step == "featurize"]
    assert not set(jobs) & {one.request.get("TransformJobName") for one in before}


def test_a_search_on_the_runs_rows_keeps_the_key_it_was_given_and_gets_the_other(toy: Toy) -> None:
    as_ensemble(toy)
    toy.config = replace(toy.config, encryption=OURS)
    (search,) = foretold(toy)
    assert sorted(kms_keys(search.request)) == ["alias/ours", "alias/volume"]
