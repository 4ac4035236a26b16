"""What Airflow lists of this package among its providers; the wheel's entry point."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Give the package's entry for ``airflow providers``; Airflow takes the version from the installed package.

    The plugin is an entry point of its own (``airflow.plugins``): Airflow reads plugins named here only with
    ``[core] lazy_discover_providers = False``, which nobody has unless told.
    """
    return {
        "package-name": "airflow-sagemaker-once",
        "name": "SageMaker once",
        "description": "The Amazon provider's SageMaker operators, made so that a retry never pays for a second job.",
        "extra-links": ["airflow_sagemaker_once.links.JobLink", "airflow_sagemaker_once.links.JobLogLink"],
    }
