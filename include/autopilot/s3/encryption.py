"""How everything that is written to S3 is encrypted there: said once on the client, so that no writer can forget it.

A bucket may refuse whatever does not say how it is encrypted (its policy asks for the header
``x-amz-server-side-encryption``, often with a certain KMS key), also where the bucket encrypts by default.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

from include.autopilot.base.errors import WriteDeniedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_STRICT = ConfigDict(extra="forbid", strict=True)
# The requests that make an object or a part of one.
_WRITES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"})
_DENIED = frozenset({"AccessDenied", "403"})
_TARGET = "autopilot_target"
_KEY = re.compile(r"[a-zA-Z0-9:/_-]{1,2048}")


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise ValueError("write the ID of a key of KMS, its ARN, or alias/ and its alias")
    return value


@dataclass(frozen=True, config=_STRICT)
class Encryption:
    """What a model's YAML says of it.

    :param sse: AES256 (S3's own keys) or aws:kms.
    :param kms_key: a key of KMS: its ID, its ARN, or ``alias/…``; None: the account's own key for S3.
    :param bucket_key: whether S3 may ask KMS once for many objects; None: as the bucket says.
    """

    sse: Literal["AES256", "aws:kms"]
    kms_key: Annotated[str, AfterValidator(_key)] | None = None
    bucket_key: bool | None = None

    def __post_init__(self) -> None:
        """Check that a key is one of KMS."""
        if self.sse == "AES256" and (self.kms_key is not None or self.bucket_key is not None):
            raise ValueError("kms_key and bucket_key belong to KMS: say sse: aws:kms, or take them out")

    @property
    def arguments(self) -> dict[str, Any]:
        """What a request that makes an object has besides, in the words of boto3."""
        found: dict[str, Any] = {"ServerSideEncryption": self.sse}
        if self.kms_key is not None:
            found["SSEKMSKeyId"] = self.kms_key
        if self.bucket_key is not None:
            found["BucketKeyEnabled"] = self.bucket_key
        return found

    def __str__(self) -> str:
        """Say it for people."""
        return f"{self.sse} with the key {self.kms_key}" if self.kms_key else self.sse


def _mapping(value: object) -> object:
    if isinstance(value, str):
        raise ValueError("write its keys below it, for example sse: aws:kms and kms_key: alias/my-key")
    return value


EncryptionOfModel = Annotated[Encryption | None, BeforeValidator(_mapping)]


def encrypting(s3: S3Client, encryption: Encryption | None, model: str) -> S3Client:
    """Let a client send it with every object that is made through it, multipart uploads and copies included.

    A write that S3 does not allow raises :class:`~include.autopilot.base.errors.WriteDeniedError` instead of botocore's
    ClientError: its message says which key of which YAML may help.

    :param encryption: None sends nothing.
    :param model: the model whose objects are written, for the message.
    :param s3: a client that nobody else uses; what is said of it first counts.
    :return: the same client.
    """

    def send(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context[_TARGET] = f"s3://{params.get('Bucket')}/{params.get('Key')}"
        # Asked of botocore's service model: a request that S3 will know one day is no exception. Who says it, decides.
        makes = model.input_shape is not None and "ServerSideEncryption" in model.input_shape.members
        said = any(name in params for name in ("ServerSideEncryption", "SSECustomerAlgorithm"))
        if encryption is not None and makes and not said:
            params.update(encryption.arguments)

    def explain(parsed: dict[str, Any], context: dict[str, Any], **event: Any) -> None:
        error = parsed.get("Error", {})
        if event["model"].name in _WRITES and event["http_response"].status_code >= 400 and error["Code"] in _DENIED:
            raise WriteDeniedError(_sentence(context[_TARGET], error.get("Message", ""), encryption, model))

    s3.meta.events.register("before-parameter-build.s3", send)
    s3.meta.events.register("after-call.s3", explain)
    return s3


def _sentence(target: str, message: str, encryption: Encryption | None, model: str) -> str:
    bucket = target.removeprefix("s3://").partition("/")[0]
    denied = f"S3 does not allow to write {target} (AccessDenied: {message})."
    if encryption is None:
        return (
            f"{denied} It was sent without encryption. If the policy of the bucket {bucket} asks for one, set the key "
            f"encryption in {model}.yaml to it (sse, kms_key; docs/models.md); else the role lacks s3:PutObject there."
        )
    kms = " and kms:GenerateDataKey and kms:Decrypt of the key" if encryption.sse == "aws:kms" else ""
    return (
        f"{denied} It was sent with {encryption}, as the key encryption in {model}.yaml says. If the policy of the "
        f"bucket {bucket} asks for something else, correct sse and kms_key; else the role lacks s3:PutObject{kms}."
    )
