"""Runs jobs for real: stages S3 into /opt/ml, runs the container in a process of its own, uploads what it leaves."""
