"""Registers with Airflow what its servers must know, and nothing else: Airflow executes this file by its bare name."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from airflow_autopilot import listener
from airflow_autopilot.links import JobLink, JobLogLink


class AutopilotPlugin(AirflowPlugin):
    """Makes the job links known to the UI, and the listener to whoever marks tasks."""

    name = "airflow_autopilot"
    operator_extra_links = [JobLink(), JobLogLink()]  # noqa: RUF012 - the base class declares a list
    listeners = [listener]  # noqa: RUF012
