"""Retrain the pipeline that SageMaker Autopilot once found: templates, drops, requests, evaluation. No Airflow."""
