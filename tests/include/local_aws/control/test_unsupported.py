from __future__ import annotations

import pytest

from include.local_aws.control.unsupported import instead_of
from tests.include.local_aws.jobs import ROLE, Clients, refused


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
