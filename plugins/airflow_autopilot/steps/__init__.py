"""The tasks of the DAGs that are not SageMaker jobs: each fetches its clients and calls the domain.

They take and give small JSON values only; whatever is larger lies in S3 beside the run.
"""
