"""An AutoML job in the shape of CreateAutoMLJob (V1) and of CreateAutoMLJobV2, for tabular data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_SAME = ("AutoMLJobName", "OutputDataConfig", "RoleArn", "AutoMLJobObjective", "ModelDeployConfig")
_CHANNEL = ("ChannelType", "ContentType", "CompressionType", "DataSource")


def to_v1(request: Mapping[str, Any]) -> Json:
    """Turn a CreateAutoMLJobV2 request for tabular data into the CreateAutoMLJob request that asks the same."""
    tabular = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    generation = dict(tabular.get("CandidateGenerationConfig", {}))
    if "FeatureSpecificationS3Uri" in tabular:
        generation["FeatureSpecificationS3Uri"] = tabular["FeatureSpecificationS3Uri"]
    config = {
        "CompletionCriteria": tabular.get("CompletionCriteria"),
        "SecurityConfig": request.get("SecurityConfig"),
        "CandidateGenerationConfig": generation or None,
        "DataSplitConfig": request.get("DataSplitConfig"),
        "Mode": tabular.get("Mode"),
    }
    columns = _taken(tabular, "TargetAttributeName", "SampleWeightAttributeName")
    return _taken(request, *_SAME) | _given(
        {
            "InputDataConfig": [{**channel, **columns} for channel in request["AutoMLJobInputDataConfig"]],
            "ProblemType": tabular.get("ProblemType"),
            "GenerateCandidateDefinitionsOnly": tabular.get("GenerateCandidateDefinitionsOnly"),
            "AutoMLJobConfig": _given(config) or None,
        }
    )


def to_v2(request: Mapping[str, Any]) -> Json:
    """Turn a CreateAutoMLJob request into what DescribeAutoMLJobV2 tells."""
    config = request.get("AutoMLJobConfig", {})
    generation = dict(config.get("CandidateGenerationConfig", {}))
    tabular = {
        "FeatureSpecificationS3Uri": generation.pop("FeatureSpecificationS3Uri", None),
        "CandidateGenerationConfig": generation or None,
        "CompletionCriteria": config.get("CompletionCriteria"),
        "Mode": config.get("Mode"),
        "GenerateCandidateDefinitionsOnly": request.get("GenerateCandidateDefinitionsOnly"),
        "ProblemType": request.get("ProblemType"),
        **_taken(request["InputDataConfig"][0], "TargetAttributeName", "SampleWeightAttributeName"),
    }
    return _taken(request, *_SAME) | _given(
        {
            "AutoMLJobInputDataConfig": [_taken(channel, *_CHANNEL) for channel in request["InputDataConfig"]],
            "AutoMLProblemTypeConfig": {"TabularJobConfig": _given(tabular)},
            "SecurityConfig": config.get("SecurityConfig"),
            "DataSplitConfig": config.get("DataSplitConfig"),
        }
    )


def resolved_to_v2(resolved: Mapping[str, Any]) -> Json:
    """V1's ResolvedAttributes as V2 tells them."""
    tabular = {"TabularResolvedAttributes": _taken(resolved, "ProblemType")}
    return _taken(resolved, "AutoMLJobObjective", "CompletionCriteria") | {
        "AutoMLProblemTypeResolvedAttributes": tabular
    }


def _taken(source: Mapping[str, Any], *members: str) -> Json:
    return {name: source[name] for name in members if name in source}


def _given(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None}
