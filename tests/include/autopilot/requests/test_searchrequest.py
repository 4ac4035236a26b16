from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.candidate.objective import Objective
from include.autopilot.requests.searchrequest import automl_request, repeated_request
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.published import SearchAgain, Template
from include.autopilot.template.validation import problems
from tests.support.foretelling import planned
from tests.support.toy import Toy

MOMENT = datetime(2024, 4, 1, tzinfo=UTC)
INPUT, OUTPUT = "s3://toy-models/new.csv", "s3://toy-models/new"
SOURCE = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://old/in.manifest"}}


def first_version(toy: Toy, **changes: Any) -> Template:
    """The toy's template as if its search had been made with the first version of the API."""
    template, _ = planned(toy)
    request = {
        "AutoMLJobName": "old",
        "InputDataConfig": [
            {"DataSource": SOURCE, "TargetAttributeName": "y", "CompressionType": "Gzip", "ChannelType": "training"},
            {"DataSource": SOURCE, "TargetAttributeName": "y", "ChannelType": "validation"},
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://old/out", "KmsKeyId": "alias/k"},
        "RoleArn": "arn:aws:iam::123456789012:role/AutopilotRetrain",
        "AutoMLJobConfig": {"Mode": "ENSEMBLING", "CompletionCriteria": {"MaxCandidates": 7}},
        "Tags": [{"Key": "team", "Value": "assay"}],
        **changes,
    }
    return replace(template, search=SearchAgain("AutoMLJob", request))


def repeated(template: Template, identity: str = "run") -> Any:
    return repeated_request(template, "toy", MOMENT, INPUT, OUTPUT, identity)


def test_a_repetition_keeps_all_but_names_places_and_data(toy: Toy) -> None:
    template = first_version(toy)
    assert template.search is not None
    before = copy.deepcopy(template.search.request)
    request = repeated(template)
    assert problems("AutoMLJob", request) == []
    assert request["AutoMLJobConfig"] == before["AutoMLJobConfig"]
    assert request["Tags"] == before["Tags"]
    assert request["OutputDataConfig"] == {"S3OutputPath": OUTPUT, "KmsKeyId": "alias/k"}
    (channel,) = request["InputDataConfig"]
    assert channel == {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": INPUT}},
        "TargetAttributeName": "y",
        "ContentType": "text/csv;header=present",
        "ChannelType": "training",
    }
    assert template.search.request == before, "the template is left alone"
    assert repeated(template, "another run")["AutoMLJobName"] != request["AutoMLJobName"]
    assert repeated(template) == request


def test_what_the_search_had_found_out_itself_is_stated(toy: Toy) -> None:
    template = replace(first_version(toy), problem_type="BinaryClassification", objective=Objective("F1", "Maximize"))
    request = repeated(template)
    assert request["ProblemType"] == "BinaryClassification"
    assert request["AutoMLJobObjective"] == {"MetricName": "F1"}


def test_the_second_version_keeps_its_own_shape(toy: Toy) -> None:
    template, _ = planned(toy)
    request = repeated(template)
    assert problems("AutoMLJobV2", request) == []
    tabular = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert (tabular["ProblemType"], tabular["TargetAttributeName"], tabular["Mode"]) == (
        "Regression", "y", "HYPERPARAMETER_TUNING",
    )  # fmt: skip
    assert request["AutoMLJobObjective"] == {"MetricName": "MSE"}
    (channel,) = request["AutoMLJobInputDataConfig"]
    assert "CompressionType" not in channel
    assert channel["DataSource"]["S3DataSource"] == {"S3DataType": "S3Prefix", "S3Uri": INPUT}


@pytest.mark.parametrize("algorithms", [(), ("xgboost", "mlp")])
def test_a_new_search_as_the_yaml_says(config: ModelConfig, algorithms: Any) -> None:
    assert config.search is not None
    search = replace(config.search, algorithms=algorithms)
    request = automl_request(config, search, MOMENT, INPUT, "run")
    assert problems("AutoMLJob", request) == []
    generation = request["AutoMLJobConfig"].get("CandidateGenerationConfig")
    expected = {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "mlp"]}]} if algorithms else None
    assert generation == expected
    assert request["AutoMLJobConfig"]["DataSplitConfig"] == {"ValidationFraction": 0.2}
    assert request["RoleArn"] == search.role_arn
