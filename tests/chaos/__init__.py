"""Retraining while things are killed: a real Airflow, real jobs, SIGKILL."""
