"""The retraining of a model that is late at once; this folder is the DAGs folder of an Airflow."""

from __future__ import annotations

from airflow.sdk import DAG

from dags.retrain import retrain
from include.autopilot.settings.config import parse_model
from tests.support.tiny import MODEL

_yaml = f"{MODEL}late_after_hours: 0.0001\nnotify: {{webhook_conn_id: late_webhook}}\n"
late: DAG = retrain(parse_model(_yaml, "tiny.yaml"))
