"""Celery workers as processes, one of which is killed while cutoffs are backfilled."""
