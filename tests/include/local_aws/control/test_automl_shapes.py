from __future__ import annotations

from include.local_aws import constraints
from include.local_aws.control.automl_shapes import resolved_to_v2, to_v1, to_v2
from tests.include.local_aws.jobs import ROLE

SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in/"}}
SECURITY = {"EnableInterContainerTrafficEncryption": True}
ALGORITHMS = [{"AutoMLAlgorithms": ["xgboost"]}]
FULL = {
    "AutoMLJobName": "name",
    "AutoMLJobInputDataConfig": [
        {"ChannelType": "training", "ContentType": "text/csv", "CompressionType": "Gzip", "DataSource": SOURCE},
        {"ChannelType": "validation", "ContentType": "text/csv", "CompressionType": "Gzip", "DataSource": SOURCE},
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
    "AutoMLProblemTypeConfig": {
        "TabularJobConfig": {
            "TargetAttributeName": "y",
            "SampleWeightAttributeName": "w",
            "Mode": "HYPERPARAMETER_TUNING",
            "ProblemType": "Regression",
            "CompletionCriteria": {"MaxCandidates": 3},
            "FeatureSpecificationS3Uri": "s3://b/features.json",
            "CandidateGenerationConfig": {"AlgorithmsConfig": ALGORITHMS},
            "GenerateCandidateDefinitionsOnly": False,
        }
    },
    "AutoMLJobObjective": {"MetricName": "MSE"},
    "RoleArn": ROLE,
    "SecurityConfig": SECURITY,
    "DataSplitConfig": {"ValidationFraction": 0.25},
}


def test_a_full_request_makes_the_round_trip() -> None:
    first = to_v1(FULL)
    constraints.check("CreateAutoMLJobV2", FULL)
    constraints.check("CreateAutoMLJob", first)
    assert to_v2(first) == FULL


def test_version_one_has_the_target_in_its_channels_and_the_rest_in_its_config() -> None:
    first = to_v1(FULL)
    assert [channel["TargetAttributeName"] for channel in first["InputDataConfig"]] == ["y", "y"]
    assert first["AutoMLJobConfig"] == {
        "Mode": "HYPERPARAMETER_TUNING",
        "CompletionCriteria": {"MaxCandidates": 3},
        "SecurityConfig": SECURITY,
        "DataSplitConfig": {"ValidationFraction": 0.25},
        "CandidateGenerationConfig": {
            "AlgorithmsConfig": ALGORITHMS,
            "FeatureSpecificationS3Uri": "s3://b/features.json",
        },
    }


def test_a_small_request_stays_small() -> None:
    small = {
        "AutoMLJobName": "name",
        "AutoMLJobInputDataConfig": [{"DataSource": SOURCE}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
        "RoleArn": ROLE,
    }
    first = to_v1(small)
    assert "AutoMLJobConfig" not in first
    assert "ProblemType" not in first
    assert to_v2(first) == small


def test_resolved_attributes_move_one_level_down() -> None:
    resolved = {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "MSE"}}
    assert resolved_to_v2(resolved) == {
        "AutoMLJobObjective": {"MetricName": "MSE"},
        "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": "Regression"}},
    }
