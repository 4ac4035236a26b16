"""Buckets whose policy demands an encryption."""

from __future__ import annotations

import json
from typing import Any

from tests.include.local_aws.jobs import unique

SSE = "s3:x-amz-server-side-encryption"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# As AWS's documentation and companies write them.
WITHOUT_HEADER = {"Null": {SSE: "true"}}
NOT_THE_KEY = {"StringNotEquals": {f"{SSE}-aws-kms-key-id": KEY}}
KMS = {"ServerSideEncryption": "aws:kms"}
WITH_KEY = {**KMS, "SSEKMSKeyId": KEY}


def deny(s3: Any, *conditions: dict[str, Any], action: Any = "s3:PutObject", resource: str = "/*", **more: Any) -> str:
    """Make a bucket that denies what meets one of the conditions."""
    name = unique("guarded")
    s3.create_bucket(Bucket=name)
    statements = [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": f"arn:aws:s3:::{name}{resource}",
            **({"Condition": condition} if condition else {}),
            **more,
        }
        for condition in conditions
    ]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return name
