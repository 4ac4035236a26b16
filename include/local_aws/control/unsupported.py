"""What to use in place of families of operations that are not done here."""

from __future__ import annotations

import re

_PIPELINE = (
    "make the jobs of the pipeline's steps yourself, with CreateProcessingJob, CreateTrainingJob, CreateModel and "
    "CreateTransformJob, one after the other or as the tasks of an Airflow DAG"
)
_INSTEAD = (
    (re.compile("Pipeline"), _PIPELINE),
    (
        re.compile("NotebookInstance"),
        "run the notebook on your own machine with AWS_ENDPOINT_URL set to this endpoint",
    ),
    (
        re.compile(r"(Create|Update|Delete|Describe|List|Associate|Disassociate)(Experiment|Trial)"),
        "jobs take an ExperimentConfig, which is only recorded; DescribeTrainingJob tells their metrics",
    ),
)


def instead_of(operation: str) -> str:
    """Return what to do instead of an operation; nothing where that is not known."""
    return next((told for pattern, told in _INSTEAD if pattern.search(operation)), "")
