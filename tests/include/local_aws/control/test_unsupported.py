from __future__ import annotations

import pytest

from include.local_aws.control.unsupported import instead_of
from tests.include.local_aws.jobs import ROLE, Clients, client, refused


def test_a_pipeline_is_refused_with_what_to_use(clients: Clients) -> None:
    request = {"PipelineName": "p", "PipelineDefinition": "{}", "ClientRequestToken": "t" * 32, "RoleArn": ROLE}
    code, message = refused(clients.sagemaker.create_pipeline, **request)
    assert code == "NotImplementedException"
    assert message == (
        "The operation CreatePipeline is not done by the embedded AWS endpoint: make the jobs of the pipeline's steps "
        "yourself, with CreateProcessingJob, CreateTrainingJob, CreateModel and CreateTransformJob, one after the "
        "other or as the tasks of an Airflow DAG; docs/local.md lists what it does."
    )


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("StartPipelineExecution", "CreateProcessingJob"),
        ("ListPipelines", "CreateProcessingJob"),
        ("StopNotebookInstance", "AWS_ENDPOINT_URL"),
        ("CreateExperiment", "ExperimentConfig"),
        ("AssociateTrialComponent", "ExperimentConfig"),
        ("CreateInferenceExperiment", ""),
        ("ListWorkteams", ""),
    ],
)
def test_each_family_has_its_own_sentence(operation: str, told: str) -> None:
    found = instead_of(operation)
    assert told in found
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("service", "call", "request_", "instead"),
    [
        ("ecr", "create_repository", {"repositoryName": "mine"}, "No image is built or kept here: jobs name one of"),
        (
            "datazone",
            "get_domain",
            {"identifier": "dzd_abc123"},
            "In place of SageMaker Unified Studio run the notebook",
        ),
        ("ssm", "get_parameter", {"Name": "role"}, ""),
    ],
)
def test_a_service_that_is_not_here_is_refused_with_what_to_use(
    clients: Clients, service: str, call: str, request_: dict[str, str], instead: str
) -> None:
    code, message = refused(getattr(client(clients.url, service), call), **request_)
    assert code == "UnknownService"
    known, _, told = message.partition("logs, sqs, sns.")
    assert known == f"The embedded AWS endpoint has no {service}; it has sagemaker, s3, sts, iam, "
    assert told.lstrip().startswith(instead)
    assert bool(told) == bool(instead)
