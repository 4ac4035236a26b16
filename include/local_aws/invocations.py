"""SageMaker's runtime: InvokeEndpoint, a REST operation of a service of its own under SageMaker's signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from include.local_aws.account import ACCOUNT, arn
from include.local_aws.errors import AwsError, ModelError, NotDone, ValidationError
from include.local_aws.operations import RUNTIME, body_of, operation_of
from include.local_aws.runner.deployment import LOG_GROUP, Reply
from include.local_aws.runner.endpoints import Endpoints, NothingServes

_LONGEST_BODY = 6 * 1024 * 1024  # Body's max length in the service model
_NOT_DONE = {
    "HTTP_X_AMZN_SAGEMAKER_TARGET_MODEL": "TargetModel",
    "HTTP_X_AMZN_SAGEMAKER_TARGET_CONTAINER_HOSTNAME": "TargetContainerHostname",
    "HTTP_X_AMZN_SAGEMAKER_ENABLE_EXPLANATIONS": "EnableExplanations",
    "HTTP_X_AMZN_SAGEMAKER_INFERENCE_COMPONENT": "InferenceComponentName",
    "HTTP_X_AMZN_SAGEMAKER_SESSION_ID": "SessionId",
}


def invoke(endpoints: Endpoints, region: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer InvokeEndpoint; raises :class:`~include.local_aws.errors.AwsError` for what is refused."""
    operation = operation_of(RUNTIME, environ).partition(".")[2]
    if operation != "InvokeEndpoint":
        raise NotDone(f"The operation {operation}")
    name = environ["PATH_INFO"].split("/")[2]
    body = _body(environ)
    _check(environ)
    endpoint = arn(region, "endpoint", name)
    media = environ.get("CONTENT_TYPE") or "application/octet-stream"
    try:
        _check_variant(environ, endpoints.variant(endpoint))
        reply, variant = endpoints.invoke(endpoint, body, media, environ.get("HTTP_ACCEPT"))
    except NothingServes:
        raise ValidationError(f"Endpoint {name} of account {ACCOUNT} not found.") from None
    if reply.status != HTTPStatus.OK:
        raise _model_error(region, name, reply)
    headers = [
        ("Content-Type", reply.content_type),
        ("Content-Length", str(len(reply.body))),
        ("x-Amzn-Invoked-Production-Variant", variant),
    ]
    start_response("200 OK", headers)
    return [reply.body]


def _body(environ: dict[str, Any]) -> bytes:
    body = body_of(environ)
    if len(body) > _LONGEST_BODY:
        raise ValidationError(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less "
            f"than or equal to {_LONGEST_BODY}"
        )
    return body


def _check(environ: Mapping[str, Any]) -> None:
    for header, member in _NOT_DONE.items():
        if header in environ:
            raise NotDone(f"InvokeEndpoint.{member}")


def _check_variant(environ: Mapping[str, Any], variant: str) -> None:
    wanted = environ.get("HTTP_X_AMZN_SAGEMAKER_TARGET_VARIANT", variant)
    if wanted != variant:
        raise ValidationError(f"Variant {wanted} not found for Request")


def _model_error(region: str, name: str, reply: Reply) -> AwsError:
    """Say what the failing container said, and where its log is."""
    said = reply.body.decode(errors="replace")
    group = f"{LOG_GROUP}/{name}"
    side = "client" if 0 < reply.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server"
    return ModelError(
        f'Received {side} error ({reply.status}) from {reply.container} with message "{said}". See '
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} in "
        f"account {ACCOUNT} for more information.",
        OriginalStatusCode=reply.status,
        OriginalMessage=said,
        LogStreamArn=f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}",
    )
