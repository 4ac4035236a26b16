"""What ``make bench NAME=orders`` is made of: a place per order, and Airflow processes that retrain in it."""
