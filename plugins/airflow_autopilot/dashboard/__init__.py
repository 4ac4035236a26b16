"""The models as people see them in Airflow's own UI: all of them, one of them, one run."""
