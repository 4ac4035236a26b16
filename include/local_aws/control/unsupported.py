"""What to use in place of families of operations, and of services, that are not here."""

from __future__ import annotations

import re

_PIPELINE = (
    "make the jobs of the pipeline's steps yourself, with CreateProcessingJob, CreateTrainingJob, CreateModel and "
    "CreateTransformJob, one after the other or as the tasks of an Airflow DAG"
)
_NOTEBOOK = "run the notebook on your own machine with AWS_ENDPOINT_URL set to this endpoint"
_INSTEAD = (
    (re.compile("Pipeline"), _PIPELINE),
    (re.compile("NotebookInstance"), _NOTEBOOK),
    (
        re.compile(r"(Create|Update|Delete|Describe|List|Associate|Disassociate)(Experiment|Trial)"),
        "jobs take an ExperimentConfig, which is only recorded; DescribeTrainingJob tells their metrics",
    ),
)
_SERVICES = {
    "datazone": f"In place of SageMaker Unified Studio {_NOTEBOOK}.",
    "ecr": "No image is built or kept here: jobs name one of those that docs/local.md lists.",
}


def instead_of(operation: str) -> str:
    """Return what to do instead of an operation; nothing where that is not known."""
    return next((told for pattern, told in _INSTEAD if pattern.search(operation)), "")


def instead_of_service(service: str) -> str:
    """Return a sentence about what to do instead of calling a service; nothing where that is not known."""
    return _SERVICES.get(service, "")
