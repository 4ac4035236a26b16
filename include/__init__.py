"""Everything that is not Airflow: the domain, the BACE data and the embedded AWS."""
