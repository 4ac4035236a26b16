"""What `make` starts: the demo, a local Airflow, the MWAA bundle."""
