"""Twenty backfills in a row against the Airflow of ``make up``."""
