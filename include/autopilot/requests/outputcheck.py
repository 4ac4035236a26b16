"""Does the bucket take what the jobs will write? Tried with an empty object, before the first job is paid for.

SageMaker encrypts with KMS only, and a key of the template's wins over the model's: so a bucket may take all that this
package writes, and none of what the jobs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import WriteDeniedError
from include.autopilot.base.folders import RunFolder
from include.autopilot.base.lenient import text_at
from include.autopilot.base.locations import parse_uri
from include.autopilot.requests.asking import Check, Question
from include.autopilot.requests.encrypted import OUTPUT
from include.autopilot.requests.preview import Foretold

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How AWS says that the bucket's policy is the reason, and not that this role may not use the key, which the jobs may.
_BY_POLICY = "explicit deny in a resource-based policy"


def outputs(s3: S3Client, foretold: Sequence[Foretold], folder: str, sse: str | None) -> list[Question]:
    """Return what to ask: for each key with which jobs will write, whether an object may be written with it.

    :param folder: the run's, where the empty objects are written.
    :param sse: what the model's YAML says; without it and without keys nothing is tried.
    """
    written = [one for one in foretold if one.kind in OUTPUT]
    keys = dict.fromkeys(text_at(one.request, OUTPUT[one.kind], "KmsKeyId") for one in written)
    return [
        Question(_what(key), partial(_try, s3, RunFolder(folder).trial(number), key))
        for number, key in enumerate(keys)
        if key is not None or sse is not None
    ]


def _try(s3: S3Client, uri: str, key: str | None) -> list[Check]:
    bucket, name = parse_uri(uri)
    said: dict[str, Any] = {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": key} if key else {})}
    try:
        s3.put_object(Bucket=bucket, Key=name, Body=b"", **said)
    except (ClientError, WriteDeniedError) as error:
        if _BY_POLICY not in str(error):
            return [Check(_what(key), "unknown", str(error))]
        detail = (
            f"the policy of the bucket {bucket} denies it. Jobs encrypt with KMS only, with the key that the template "
            "has, else with encryption.kms_key: set that to the key which the policy asks for, or search again with it"
        )
        return [Check(_what(key), "missing", detail)]
    return [Check(_what(key), "ok")]


def _what(key: str | None) -> str:
    return f"output of jobs with aws:kms and {f'the key {key}' if key else 'no key of its own'}"
