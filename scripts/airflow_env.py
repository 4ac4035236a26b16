"""The environment of an Airflow that runs these DAGs against the embedded AWS; set it before importing airflow."""

from __future__ import annotations

import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The embedded AWS accepts any credentials; these are no secrets, and real ones must not reach it by accident.
HOME_REGION = "us-east-1"
# Names another region: the images of an Autopilot job that ran elsewhere are in its own.
REGION = "LOCAL_AWS_REGION"
LOCAL_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": os.environ.get(REGION, HOME_REGION),
}

LOOPBACK = "127.0.0.1"


def hostname() -> str:
    """Give the name under which this machine's log servers are asked; Airflow calls it where it is told to."""
    return LOOPBACK


def aws_env(endpoint: str) -> dict[str, str]:
    """Give the variables that lead boto3 to the embedded AWS at ``endpoint``, e.g. ``http://127.0.0.1:4566``."""
    return {**LOCAL_ACCOUNT, "AWS_ENDPOINT_URL": endpoint}


def airflow_env(home: Path, endpoint: str) -> dict[str, str]:
    """Give the variables of an Airflow at ``home`` whose connection ``aws_default`` is the embedded AWS.

    The connection's own credentials and endpoint decide where a run goes; the DAGs do not know.
    """
    connection = {
        "conn_type": "aws",
        "login": LOCAL_ACCOUNT["AWS_ACCESS_KEY_ID"],
        "password": LOCAL_ACCOUNT["AWS_SECRET_ACCESS_KEY"],
        "extra": {"region_name": LOCAL_ACCOUNT["AWS_DEFAULT_REGION"], "endpoint_url": endpoint},
    }
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection),
        # dags/ and plugins/ are put on the path by Airflow itself; include/ is found from the root.
        "PYTHONPATH": str(ROOT),
        **LOCAL_ACCOUNT,
    }
