"""Registers with Airflow what its servers must know, and nothing else: Airflow executes this file by its bare name."""

from airflow.plugins_manager import AirflowPlugin

from airflow_autopilot import notes
from airflow_autopilot.dashboard import registered
from airflow_sagemaker_once.plugin import SageMakerOncePlugin

__all__ = ["AutopilotPlugin", "SageMakerOncePlugin"]


class AutopilotPlugin(AirflowPlugin):
    """Lets runs leave a note, and shows the models."""

    name = "airflow_autopilot"
    listeners = [notes]  # noqa: RUF012 - the base class declares a list
    fastapi_apps = registered.fastapi_apps()
    external_views = registered.external_views()
