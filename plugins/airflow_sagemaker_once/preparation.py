"""What the provider's operators do before they ask for a job, made safe to repeat: role names and S3 operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_sagemaker_once.errors import RequestRefused


def expand_role(operator: Any) -> None:
    """Turn the name of an IAM role in the operator's config into its ARN, where the provider's operator does.

    :raises RequestRefused: there is no such role, or nobody may ask for it.
    """
    from botocore.exceptions import ClientError

    try:
        operator.expand_role()
    except ClientError as error:
        raise RequestRefused(
            f"The role in the operator's config could not be looked up: {error}\nWrite the role's ARN, or allow "
            "iam:GetRole to the role that Airflow runs under."
        ) from error


def do_s3_operations(hook: Any, operations: Mapping[str, Any] | None) -> None:
    """Create the buckets and upload the files of a config's ``S3Operations``, as the provider's hook does.

    A retry does them again: a bucket that is there stays, and a file replaces what an earlier try uploaded.

    :param hook: the provider's SageMaker hook.
    """
    for bucket in (operations or {}).get("S3CreateBucket", []):
        if not hook.s3_hook.check_for_bucket(bucket["Bucket"]):
            hook.s3_hook.create_bucket(bucket_name=bucket["Bucket"])
    for upload in (operations or {}).get("S3Upload", []):
        path, key, bucket = upload["Path"], upload["Key"], upload["Bucket"]
        if str(upload.get("Tar", False)).strip().lower() == "true":
            hook.tar_and_s3_upload(path, key, bucket)
        else:
            hook.s3_hook.load_file(path, key, bucket, replace=True)
