"""What Airflow's servers must know of these operators."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from airflow_sagemaker_once import listener
from airflow_sagemaker_once.links import JobLink, JobLogLink


class SageMakerOncePlugin(AirflowPlugin):
    """Makes the job links known to the UI, and the listener to whoever marks tasks."""

    # Airflow takes one plugin of a name: installed and in the plugins folder, it is still registered once.
    name = "airflow_sagemaker_once"
    operator_extra_links = [JobLink(), JobLogLink()]  # noqa: RUF012 - the base class declares a list
    listeners = [listener]  # noqa: RUF012
