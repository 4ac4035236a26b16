"""The AutoML operations around one real, small search; the search itself has tests of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.local_aws.account import arn
from include.local_aws.control.automl import list_candidates
from include.local_aws.control.call import Call, Services
from include.local_aws.store import Resource, Store, now
from tests.include.local_aws.jobs import (
    ACCOUNT,
    REGION,
    ROLE,
    Clients,
    csv,
    finished,
    refused,
    table,
    unique,
    until,
)

LIMIT = 2


def _put(clients: Clients, bucket: str, header: str = "y,a,b,c,d") -> None:
    body = header.encode() + b"\n" + csv(table(520))
    clients.s3.put_object(Bucket=bucket, Key="search/train.csv", Body=body)


def _name() -> str:
    return unique("s")[:32]


def _source(bucket: str) -> dict[str, Any]:
    return {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/search/"}}


def _v1(bucket: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "AutoMLJobName": name,
        "InputDataConfig": [{"DataSource": _source(bucket), "TargetAttributeName": "y"}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/automl"},
        "ProblemType": "Regression",
        "AutoMLJobObjective": {"MetricName": "MSE"},
        "AutoMLJobConfig": {"CompletionCriteria": {"MaxCandidates": LIMIT}, "Mode": "HYPERPARAMETER_TUNING"},
        "RoleArn": ROLE,
        **more,
    }


def _v2(bucket: str, name: str, **tabular: Any) -> dict[str, Any]:
    config = {
        "TargetAttributeName": "y",
        "Mode": "HYPERPARAMETER_TUNING",
        "ProblemType": "Regression",
        "CompletionCriteria": {"MaxCandidates": 50},
        **tabular,
    }
    return {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": _source(bucket)}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/automl"},
        "AutoMLJobObjective": {"MetricName": "MSE"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": config},
        "DataSplitConfig": {"ValidationFraction": 0.25},
        "RoleArn": ROLE,
    }


@pytest.fixture(scope="module")
def searched(clients: Clients, tables: str) -> str:
    """The name of a finished search."""
    _put(clients, tables)
    name = _name()
    created = clients.sagemaker.create_auto_ml_job(**_v1(tables, name, Tags=[{"Key": "team", "Value": "x"}]))
    assert created["AutoMLJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:automl-job/{name}"
    running = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=name)
    assert running["AutoMLJobStatus"] == "InProgress"
    assert "BestCandidate" not in running
    assert "EndTime" not in running
    described = finished(clients.sagemaker, "AutoML", name, seconds=120)
    assert described["AutoMLJobStatus"] == "Completed", described
    return name


def test_a_search_ends_with_a_best_candidate(clients: Clients, searched: str) -> None:
    described = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=searched)
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == ("Completed", "Completed")
    assert described["GenerateCandidateDefinitionsOnly"] is False
    assert described["CreationTime"] < described["EndTime"] <= described["LastModifiedTime"]
    best = described["BestCandidate"]
    assert [step["CandidateStepType"].rsplit("::", 1)[1] for step in best["CandidateSteps"]] == [
        "ProcessingJob",
        "TrainingJob",
        "TransformJob",
        "TrainingJob",
    ]
    tags = clients.sagemaker.list_tags(ResourceArn=described["AutoMLJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "x"}]


def test_its_jobs_are_jobs_like_any_other(clients: Clients, searched: str) -> None:
    job = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=searched)
    processing, _, transform, training = job["BestCandidate"]["CandidateSteps"]
    described = clients.sagemaker.describe_processing_job(ProcessingJobName=processing["CandidateStepName"])
    assert (described["ProcessingJobStatus"], described["AutoMLJobArn"]) == ("Completed", job["AutoMLJobArn"])
    assert described["ProcessingStartTime"] <= described["ProcessingEndTime"]
    described = clients.sagemaker.describe_transform_job(TransformJobName=transform["CandidateStepName"])
    assert (described["TransformJobStatus"], described["AutoMLJobArn"]) == ("Completed", job["AutoMLJobArn"])
    described = clients.sagemaker.describe_training_job(TrainingJobName=training["CandidateStepName"])
    assert (described["TrainingJobStatus"], described["AutoMLJobArn"]) == ("Completed", job["AutoMLJobArn"])
    assert clients.sagemaker.describe_model(ModelName=described_model(clients, transform["CandidateStepName"]))


def described_model(clients: Clients, transform: str) -> str:
    return str(clients.sagemaker.describe_transform_job(TransformJobName=transform)["ModelName"])


def test_version_two_tells_a_version_one_job(clients: Clients, searched: str) -> None:
    first = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=searched)
    second = clients.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=searched)
    assert second["BestCandidate"] == first["BestCandidate"]
    assert second["AutoMLProblemTypeConfigName"] == "Tabular"
    assert second["AutoMLProblemTypeConfig"]["TabularJobConfig"] == {
        "TargetAttributeName": "y",
        "ProblemType": "Regression",
        "CompletionCriteria": {"MaxCandidates": LIMIT},
        "Mode": "HYPERPARAMETER_TUNING",
    }
    channels = second["AutoMLJobInputDataConfig"]
    assert [channel["DataSource"] for channel in channels] == [first["InputDataConfig"][0]["DataSource"]]
    resolved = second["ResolvedAttributes"]["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]
    assert resolved == {"ProblemType": "Regression"}


def test_candidates_are_listed_in_the_order_asked_for(clients: Clients, searched: str) -> None:
    def names(**more: Any) -> list[str]:
        pages = clients.sagemaker.get_paginator("list_candidates_for_auto_ml_job").paginate(
            AutoMLJobName=searched, PaginationConfig={"PageSize": 1}, **more
        )
        return [item["CandidateName"] for page in pages for item in page["Candidates"]]

    by_time = names()
    assert len(by_time) == LIMIT
    assert names(SortOrder="Descending") == by_time[::-1]
    best = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=searched)["BestCandidate"]["CandidateName"]
    assert names(SortBy="FinalObjectiveMetricValue")[0] == best
    assert names(SortBy="FinalObjectiveMetricValue", SortOrder="Descending")[-1] == best
    assert names(CandidateNameEquals=best) == [best]
    assert names(StatusEquals="Failed") == []


def test_searches_are_listed(clients: Clients, searched: str) -> None:
    listed = clients.sagemaker.list_auto_ml_jobs(NameContains=searched)["AutoMLJobSummaries"]
    assert [(item["AutoMLJobName"], item["AutoMLJobStatus"]) for item in listed] == [(searched, "Completed")]


def test_a_search_can_be_stopped(clients: Clients, bucket: str) -> None:
    _put(clients, bucket)
    name = _name()
    clients.sagemaker.create_auto_ml_job_v2(**_v2(bucket, name))
    until(
        lambda: clients.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name),
        lambda found: found["AutoMLJobSecondaryStatus"] == "FeatureEngineering",
    )
    clients.sagemaker.stop_auto_ml_job(AutoMLJobName=name)
    stopping = clients.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    assert stopping["AutoMLJobStatus"] in {"Stopping", "Stopped"}
    described = finished(clients.sagemaker, "AutoML", name)
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == ("Stopped", "Stopped")
    for kind in ("training", "processing", "transform"):
        listed = getattr(clients.sagemaker, f"list_{kind}_jobs")(NameContains=name, StatusEquals="InProgress")
        assert listed[f"{kind.title()}JobSummaries"] == []
    assert refused(clients.sagemaker.stop_auto_ml_job, AutoMLJobName=name) == (
        "ValidationException",
        "The request was rejected because the AutoML job has already reached a terminal state: Stopped.",
    )
    # a V2 job comes back as it was asked for, and V1 cannot tell it
    asked = _v2(bucket, name)
    assert described["AutoMLProblemTypeConfig"] == asked["AutoMLProblemTypeConfig"]
    assert described["DataSplitConfig"] == asked["DataSplitConfig"]
    assert refused(clients.sagemaker.describe_auto_ml_job, AutoMLJobName=name) == (
        "ValidationException",
        f"AutoML job {name} was created with CreateAutoMLJobV2; describe it with DescribeAutoMLJobV2.",
    )


def test_a_target_that_is_not_in_the_header_is_refused(clients: Clients, bucket: str) -> None:
    _put(clients, bucket, header="z,a,b,c,d")
    for create, request in (
        (clients.sagemaker.create_auto_ml_job, _v1(bucket, _name())),
        (clients.sagemaker.create_auto_ml_job_v2, _v2(bucket, _name())),
    ):
        told = refused(create, **request)
        assert told == ("ValidationException", "Target attribute name y does not exist in header.")


def test_a_name_is_taken_in_any_case(clients: Clients, searched: str, tables: str) -> None:
    code, message = refused(clients.sagemaker.create_auto_ml_job, **_v1(tables, searched.upper()))
    assert code == "ResourceInUse"
    assert message.startswith(
        "AutoML job names must be unique within an AWS account and region, and an AutoML job with"
    )
    assert message.endswith(f"automl-job/{searched})")


def test_an_unknown_search_is_not_found(clients: Clients) -> None:
    for call in (
        clients.sagemaker.describe_auto_ml_job,
        clients.sagemaker.describe_auto_ml_job_v2,
        clients.sagemaker.stop_auto_ml_job,
        clients.sagemaker.list_candidates_for_auto_ml_job,
    ):
        assert refused(call, AutoMLJobName="never-created") == (
            "ResourceNotFound",
            "Amazon SageMaker can't find an AutoML job called never-created.",
        )


def test_what_is_not_done_is_refused_and_named(clients: Clients, tables: str) -> None:
    generation = {"CandidateGenerationConfig": {"FeatureSpecificationS3Uri": "s3://b/features.json"}}
    text = {"TextClassificationJobConfig": {"ContentColumn": "a", "TargetLabelColumn": "b"}}
    for create, request, what in (
        (
            clients.sagemaker.create_auto_ml_job,
            _v1(tables, _name(), AutoMLJobConfig={"Mode": "ENSEMBLING", **generation}),
            "FeatureSpecificationS3Uri",
        ),
        (
            clients.sagemaker.create_auto_ml_job_v2,
            _v2(tables, _name()) | {"AutoMLProblemTypeConfig": text},
            "AutoMLProblemTypeConfig TextClassificationJobConfig",
        ),
    ):
        assert refused(create, **request) == (
            "NotImplementedException",
            f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
        )


def test_output_and_sources_must_be_s3_addresses(clients: Clients, tables: str) -> None:
    request = _v1(tables, _name(), OutputDataConfig={"S3OutputPath": "https://a.com/x"})
    code, message = refused(clients.sagemaker.create_auto_ml_job, **request)
    assert code == "ValidationException"
    assert message.startswith("Invalid S3 URI at 'outputDataConfig.s3OutputPath'")
    request = _v1(tables, _name(), InputDataConfig=[{"TargetAttributeName": "y"}])
    told = refused(clients.sagemaker.create_auto_ml_job, **request)
    assert told == ("ValidationException", "inputDataConfig.1.member has no S3DataSource.")


def test_candidates_without_a_metric_come_last(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    name = arn(REGION, "automl-job", "search")
    store.insert(Resource(REGION, "AutoMLJob", "search", name, "Completed", {}))
    for number, value in enumerate((None, 3.0, 1.0, None, 2.0)):
        metric = {} if value is None else {"FinalAutoMLJobObjectiveMetric": {"MetricName": "MSE", "Value": value}}
        told = {"CandidateName": f"c{number}", "CandidateStatus": "Completed", "CreationTime": now(), **metric}
        store.put_candidate(name, told)
    services = Services(store, None, None, None, None, None)  # type: ignore[arg-type] - lists need the store only

    def listed(order: str) -> list[str]:
        found: list[str] = []
        asked = {"AutoMLJobName": "search", "SortBy": "FinalObjectiveMetricValue", "SortOrder": order, "MaxResults": 2}
        token: dict[str, str] = {}
        while True:
            call = Call(REGION, "ListCandidatesForAutoMLJob", {**asked, **token})
            answer = list_candidates(services, call)
            found += [one["CandidateName"] for one in answer["Candidates"]]
            if "NextToken" not in answer:
                return found
            token = {"NextToken": answer["NextToken"]}

    assert listed("Ascending") == ["c2", "c4", "c1", "c0", "c3"]
    assert listed("Descending") == ["c1", "c4", "c2", "c3", "c0"]
