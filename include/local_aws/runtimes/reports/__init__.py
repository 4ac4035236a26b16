"""The `autopilot-reports` container: explains a search's best candidate and judges it. The name is ours.

On AWS Clarify and Model Monitor do it, in jobs of their own; here one process loads the candidate for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.reports.job import run_reports

__all__ = ["CONTAINER", "ReportsContainer"]


class ReportsContainer:
    """A candidate and rows in, reports out."""

    def train(self, opt_ml: Path) -> None:  # noqa: ARG002 - every container has it
        """Refuse: this image does not run training jobs."""
        raise ClientError("the image autopilot-reports runs processing jobs, not training")

    def process(self, opt_ml: Path) -> None:
        """Report on the candidate under ``processing/input`` into ``processing/output``."""
        run_reports(opt_ml)

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:  # noqa: ARG002
        """Refuse: this image does not serve."""
        raise ClientError("the image autopilot-reports runs processing jobs, not inference")


CONTAINER = ReportsContainer()
