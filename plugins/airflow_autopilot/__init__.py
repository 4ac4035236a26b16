"""The Airflow side: the tasks of the DAGs. Every DAG file and the plugin import this first."""

from airflow import __version__

from airflow_autopilot.airflow_version import check_airflow

check_airflow(__version__)
