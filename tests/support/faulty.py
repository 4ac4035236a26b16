"""An embedded AWS that can be told to misbehave: its faults, its jobs, and Airflow's connection to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.local_aws.faults import Faults

CONNECTION = "faulty"


@dataclass(frozen=True)
class Faulty:
    """The endpoint: what it does wrong, and a SageMaker client."""

    faults: Faults
    client: Any

    def created(self, part: str) -> list[str]:
        """Give the names of the training jobs whose name contains ``part``, sorted."""
        found = self.client.list_training_jobs(NameContains=part, MaxResults=100)["TrainingJobSummaries"]
        return sorted(job["TrainingJobName"] for job in found)
