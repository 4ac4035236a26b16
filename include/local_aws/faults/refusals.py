"""The errors that rules ask for, in the words and the form of the service that is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from include.local_aws.control.checks import quota_exceeded
from include.local_aws.faults.rules import Rule
from include.local_aws.json_body import read_object
from include.local_aws.operations import body_of
from include.local_aws.refusals import form_of


class _Told(NamedTuple):
    code: str
    message: str
    status: int = HTTPStatus.BAD_REQUEST


_THROTTLED = _Told("ThrottlingException", "Rate exceeded")
_EXPIRED = _Told("ExpiredTokenException", "The security token included in the request is expired")
_FAILED = _Told(
    "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."
)
_BUSY = _Told("ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
# S3 and the query services have codes of their own.
_S3 = {
    _THROTTLED: _Told("SlowDown", "Please reduce your request rate.", HTTPStatus.SERVICE_UNAVAILABLE),
    _EXPIRED: _Told("ExpiredToken", "The provided token has expired."),
    _FAILED: _Told("InternalError", "We encountered an internal error. Please try again."),
    _BUSY: _Told("ServiceUnavailable", "Please reduce your request rate."),
}
_QUERY = {
    _THROTTLED: _Told("Throttling", "Rate exceeded"),
    _EXPIRED: _Told("ExpiredToken", "The security token included in the request is expired"),
}
_WORDS: dict[str, Mapping[_Told, _Told]] = {"s3": _S3, "sts": _QUERY, "iam": _QUERY, "sns": _QUERY}

REFUSALS = {"throttle", "server_error", "expired_token", "resource_limit"}


def refuse(rule: Rule, operation: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer the error of a rule whose fault is one of :data:`REFUSALS`."""
    service, _, called = operation.partition(".")
    told = _over_quota(called, environ) if rule.fault == "resource_limit" else _general(rule)
    told = _WORDS.get(service, {}).get(told, told)
    status = rule.status if rule.fault == "server_error" else told.status
    return form_of(service, environ)(start_response, told.code, told.message, status)


def _general(rule: Rule) -> _Told:
    if rule.fault == "throttle":
        return _THROTTLED
    if rule.fault == "expired_token":
        return _EXPIRED
    return _FAILED if rule.status == HTTPStatus.INTERNAL_SERVER_ERROR else _BUSY


def _over_quota(called: str, environ: dict[str, Any]) -> _Told:
    """Word the quota of a Create call's own instance type as used up: just what the request needs, and all in use."""
    request = read_object(body_of(environ))
    usage = called.removeprefix("Create").removesuffix("Job").lower() + " job"
    if request.get("EnableManagedSpotTraining"):
        usage = f"spot {usage}"
    resources = (
        request.get("ResourceConfig")
        or request.get("TransformResources")
        or request.get("ProcessingResources", {}).get("ClusterConfig", {})
    )
    count = resources.get("InstanceCount", 1)
    error = quota_exceeded(usage, resources.get("InstanceType", "ml.m5.large"), used=count, wanted=count, quota=count)
    return _Told(error.code, error.message, error.status)
