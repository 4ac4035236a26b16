"""The Airflow side: operators that never pay twice, and the tasks of the DAGs."""
