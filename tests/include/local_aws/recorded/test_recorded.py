"""Our answers have the members, and the kinds of value, that real answers of SageMaker had when they were recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from include.local_aws import wire
from tests.include.local_aws import jobs
from tests.include.local_aws.endpoints import deploy
from tests.include.local_aws.jobs import Clients, finished, unique
from tests.include.local_aws.search.searches import put
from tests.include.local_aws.search.tables import regression

Members = dict[str, str]
Json = dict[str, Any]

_SCALARS = {str: "str", bool: "bool", int: "int", float: "float"}


def _recorded() -> dict[str, Members]:
    told: dict[str, Members] = {}
    for line in (Path(__file__).with_name("members.txt")).read_text().splitlines():
        if not line.startswith("#"):
            operation, member, kind = line.split()
            told.setdefault(operation, {})[member] = kind
    return told


RECORDED = _recorded()
# What no recording has, by its age (AWS has added it since) or by its chance (a model without an artifact).
SINCE = {
    "DescribeTrainingJob": {
        "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
        "AlgorithmSpecification.MetricDefinitions[].Name",
        "AlgorithmSpecification.MetricDefinitions[].Regex",
        "BillableTimeInSeconds",
        "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining",
        "EnableNetworkIsolation",
        "FinalMetricDataList[].MetricName",
        "FinalMetricDataList[].Timestamp",
        "FinalMetricDataList[].Value",
        "ModelArtifacts.S3ModelArtifacts",
        "OutputDataConfig.CompressionType",
        "SecondaryStatusTransitions[].EndTime",
        "SecondaryStatusTransitions[].StartTime",
        "SecondaryStatusTransitions[].Status",
        "SecondaryStatusTransitions[].StatusMessage",
        "TrainingTimeInSeconds",
    },
    "ListTrainingJobs": {"TrainingJobSummaries[].SecondaryStatus"},
    "DescribeTransformJob": {
        "DataProcessing.InputFilter",
        "DataProcessing.JoinSource",
        "DataProcessing.OutputFilter",
        "TransformOutput.Accept",
    },
    "DescribeProcessingJob": {"ExitMessage", "ProcessingStartTime"},
    "ListProcessingJobs": {"ProcessingJobSummaries[].ExitMessage"},
    "DescribeModel": {
        "PrimaryContainer.ModelDataSource.S3DataSource.CompressionType",
        "PrimaryContainer.ModelDataSource.S3DataSource.S3DataType",
        "PrimaryContainer.ModelDataSource.S3DataSource.S3Uri",
        "PrimaryContainer.ModelDataUrl",
    },
    "DescribeEndpoint": {
        "ProductionVariants[].DeployedImages[].ResolutionTime",
        "ProductionVariants[].DeployedImages[].ResolvedImage",
        "ProductionVariants[].DeployedImages[].SpecifiedImage",
    },
}
_BEST = "BestTrainingJob"  # of a tuning job: all the recorded ones failed
SINCE["DescribeHyperParameterTuningJob"] = {
    *(f"{_BEST}.{name}" for name in ("CreationTime", "TrainingEndTime", "TrainingStartTime", "ObjectiveStatus")),
    *(f"{_BEST}.{name}" for name in ("TrainingJobArn", "TrainingJobDefinitionName", "TrainingJobName")),
    *(f"{_BEST}.{name}" for name in ("TrainingJobStatus", "TunedHyperParameters")),
    f"{_BEST}.FinalHyperParameterTuningJobObjectiveMetric.MetricName",
    f"{_BEST}.FinalHyperParameterTuningJobObjectiveMetric.Type",
    f"{_BEST}.FinalHyperParameterTuningJobObjectiveMetric.Value",
}
_RESOLVED = "ResolvedAttributes"  # which, like the notebook, is told of jobs that leave more to Autopilot
SINCE["DescribeAutoMLJobV2"] = {
    "AutoMLJobArtifacts.DataExplorationNotebookLocation",
    f"{_RESOLVED}.AutoMLJobObjective.MetricName",
    f"{_RESOLVED}.AutoMLProblemTypeResolvedAttributes.TabularResolvedAttributes.ProblemType",
    f"{_RESOLVED}.CompletionCriteria.MaxCandidates",
    f"{_RESOLVED}.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds",
    f"{_RESOLVED}.CompletionCriteria.MaxRuntimePerTrainingJobInSeconds",
}
# What the recorded requests asked and is refused here.
NOT_HERE = {"DescribeAutoMLJobV2": {"AutoMLProblemTypeConfig.TabularJobConfig.FeatureSpecificationS3Uri"}}


def members_of(shape: Shape, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give each member of an answer with its kind, as members.txt has them."""
    if isinstance(shape, StructureShape):
        if not value:
            yield path, "{}"
        for name, item in value.items():
            yield from members_of(shape.members[name], item, f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape):
        for item in value:
            yield from members_of(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        yield path, "map"
    else:
        yield path, _SCALARS.get(type(value), "time")


def _check(operation: str, answer: Mapping[str, Any], created: tuple[str, Json] | None = None) -> None:
    """Compare an answer with the recordings.

    :param created: the operation and the request that made it: what was asked may be told beyond the recordings.
    """
    output, recorded = wire.operation_model(operation).output_shape, RECORDED[operation]
    assert output
    ours = dict(members_of(output, {key: item for key, item in answer.items() if key != "ResponseMetadata"}))
    asked = dict(members_of(wire.operation_model(created[0]).input_shape, created[1])) if created else {}
    missing = {name for name, kind in recorded.items() if not kind.endswith("?")}
    missing -= ours.keys() | NOT_HERE.get(operation, set())
    assert not missing, missing
    beyond = ours.keys() - recorded.keys() - SINCE.get(operation, set()) - asked.keys()
    assert not beyond, beyond
    kinds = {name: recorded[name].rstrip("?") for name in ours.keys() & recorded.keys()}
    assert {name: ours[name] for name in kinds} == kinds


def test_training_jobs(clients: Clients, tables: str, trained: str) -> None:
    name = unique("recorded")
    request = jobs.training(tables, name)
    clients.sagemaker.create_training_job(**request)
    clients.sagemaker.stop_training_job(TrainingJobName=name)
    for one in (trained, name):
        described = clients.sagemaker.describe_training_job(TrainingJobName=one)
        _check("DescribeTrainingJob", described, ("CreateTrainingJob", request))
    _check("ListTrainingJobs", clients.sagemaker.list_training_jobs(NameContains=trained))


def test_transform_jobs(clients: Clients, tables: str, model: str) -> None:
    name = unique("recorded")
    request = jobs.transform(tables, name, model)
    clients.sagemaker.create_transform_job(**request)
    _check("DescribeTransformJob", clients.sagemaker.describe_transform_job(TransformJobName=name))
    _check("DescribeTransformJob", finished(clients.sagemaker, "Transform", name))
    _check("ListTransformJobs", clients.sagemaker.list_transform_jobs(NameContains=name))


def test_processing_jobs(clients: Clients, tables: str) -> None:
    name = unique("recorded")
    request = jobs.processing(tables, name)
    request["ProcessingInputs"][0]["S3Input"] |= {
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    request["NetworkConfig"] = {"EnableNetworkIsolation": False, "EnableInterContainerTrafficEncryption": False}
    clients.sagemaker.create_processing_job(**request)
    _check("DescribeProcessingJob", clients.sagemaker.describe_processing_job(ProcessingJobName=name))
    described = finished(clients.sagemaker, "Processing", name)
    assert described["ProcessingJobStatus"] == "Failed"  # as in one of the recordings
    _check("DescribeProcessingJob", described)
    _check("ListProcessingJobs", clients.sagemaker.list_processing_jobs(NameContains=name))


def test_tuning_jobs(clients: Clients, tables: str) -> None:
    name = unique("recorded")[:32]
    request = jobs.tuning(tables, name, jobs=1)
    # The recordings are of jobs with a list of definitions, each with its objective and its ranges.
    config, definition = request["HyperParameterTuningJobConfig"], request.pop("TrainingJobDefinition")
    definition |= {
        "DefinitionName": "one",
        "TuningObjective": config.pop("HyperParameterTuningJobObjective"),
        "HyperParameterRanges": config.pop("ParameterRanges"),
    }
    for ranges in definition["HyperParameterRanges"].values():
        for one in ranges:
            one["ScalingType"] = "Linear"
    request["TrainingJobDefinitions"] = [definition]
    clients.sagemaker.create_hyper_parameter_tuning_job(**request)
    described = finished(clients.sagemaker, "HyperParameterTuning", name)
    _check("DescribeHyperParameterTuningJob", described, ("CreateHyperParameterTuningJob", request))
    _check("ListHyperParameterTuningJobs", clients.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=name))


def test_models_and_tags(clients: Clients, model: str) -> None:
    described = clients.sagemaker.describe_model(ModelName=model)
    _check("DescribeModel", described)
    _check("ListModels", clients.sagemaker.list_models(NameContains=model))
    tags = [{"Key": "a", "Value": "b"}]
    clients.sagemaker.add_tags(ResourceArn=described["ModelArn"], Tags=tags)
    _check("ListTags", clients.sagemaker.list_tags(ResourceArn=described["ModelArn"]))


def test_endpoints(clients: Clients, model: str) -> None:
    name = deploy(clients, model)
    described = clients.sagemaker.describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "InService"
    _check("DescribeEndpoint", described)
    _check("ListEndpoints", clients.sagemaker.list_endpoints(NameContains=name))
    config = clients.sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    _check("DescribeEndpointConfig", config)
    _check("ListEndpointConfigs", clients.sagemaker.list_endpoint_configs(NameContains=config["EndpointConfigName"]))
    clients.sagemaker.delete_endpoint(EndpointName=name)


@pytest.mark.whole
def test_searches(clients: Clients) -> None:
    name, bucket = unique("recorded"), put(clients, regression())
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/"}}
    tabular = {
        "TargetAttributeName": "y",
        "Mode": "ENSEMBLING",
        "ProblemType": "Regression",
        "CompletionCriteria": {"MaxCandidates": 1},
        "CandidateGenerationConfig": {},
        "GenerateCandidateDefinitionsOnly": False,
    }
    channel = {"ChannelType": "training", "ContentType": "text/csv;header=present", "CompressionType": "None"}
    request = {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{**channel, "DataSource": source}],
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
        "AutoMLJobObjective": {"MetricName": "MSE"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"},
        "SecurityConfig": {"EnableInterContainerTrafficEncryption": True},
        "RoleArn": jobs.ROLE,
    }
    clients.sagemaker.create_auto_ml_job_v2(**request)
    described = finished(clients.sagemaker, "AutoML", name, 120)
    assert described["AutoMLJobStatus"] == "Completed", described
    _check("DescribeAutoMLJobV2", described)
    _check("ListAutoMLJobs", clients.sagemaker.list_auto_ml_jobs(NameContains=name))
