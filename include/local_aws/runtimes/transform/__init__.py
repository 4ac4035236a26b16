"""Batch transform, run inside the job's process: split, filter, invoke the model, join, assemble."""

from include.local_aws.runtimes.transform.engine import run_transform

__all__ = ["run_transform"]
