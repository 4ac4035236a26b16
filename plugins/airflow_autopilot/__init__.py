"""The Airflow side: the tasks of the DAGs."""
