"""The button on the task ``report`` that opens the run's page."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink

from airflow_autopilot.dashboard.addresses import airflow_run_path


class ReportLink(BaseOperatorLink):
    """The page of the run that the task belongs to."""

    @property
    def name(self) -> str:
        """The button's label."""
        return "Report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow passes it by name
        """Return the path on Airflow's own server: it is the same whatever name a browser knows the server by."""
        return airflow_run_path(ti_key.dag_id, ti_key.run_id)
