"""What `make bench NAME=scale` is made of: models, an embedded AWS whose jobs only take time, Airflow, a window."""
