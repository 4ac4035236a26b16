"""What a bucket's policy denies of how an object is encrypted; moto takes a Deny under conditions for one without.

Of statements with conditions only this kind is heeded: a Deny for everybody whose conditions ask nothing but how the
object is to be encrypted. Companies write such policies so that no object is stored without their key. Any other
statement with conditions stays without effect, as docs/local.md says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

_SSE = "s3:x-amz-server-side-encryption"
# Condition key -> the header that it is about, as WSGI names it.
_HEADERS = {
    _SSE: "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION",
    f"{_SSE}-aws-kms-key-id": "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID",
}


def _like(text: str, pattern: str) -> bool:
    """Match as IAM does: only ``*`` and ``?`` are special."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": str.__eq__,
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
}


def makes_object(environ: Mapping[str, Any], key: str, settings: Mapping[str, Any]) -> bool:
    """Whether a request is a PutObject, CopyObject or CreateMultipartUpload, which say how the object is encrypted."""
    begins = environ["REQUEST_METHOD"] == "POST" and "uploads" in settings
    return bool(key) and (begins or (environ["REQUEST_METHOD"] == "PUT" and not settings))


def denial(policy: bytes | str | None, bucket: str, key: str, environ: Mapping[str, Any]) -> str | None:
    """Return AWS's message if the bucket's policy denies to make this object in this way, else None."""
    resource = f"arn:aws:s3:::{bucket}/{key}"
    if any(_denies(statement, resource, environ) for statement in _statements(policy)):
        return (
            f'Not authorized to perform: s3:PutObject on resource: "{resource}" with an explicit deny in a '
            "resource-based policy"
        )
    return None


def leave_conditions_to_us() -> None:
    """Let moto judge by the statements without conditions only."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def permission(bucket: Any, action: str, resource: str) -> Any:
        statements = [one for one in _statements(bucket.policy) if not one.get("Condition")]
        if not statements:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps({"Statement": statements})).is_action_permitted(action, resource)

    FakeBucket.get_permission = permission


def _statements(policy: bytes | str | None) -> list[Mapping[str, Any]]:
    try:
        return _listed(json.loads(policy or "{}").get("Statement", []))
    except ValueError:
        return []  # moto takes it, and there is nothing in it to heed


def _denies(statement: Mapping[str, Any], resource: str, environ: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = "*" in _listed(principal.get("AWS", []) if isinstance(principal, Mapping) else principal)
    actions = [str(action).lower() for action in _listed(statement.get("Action", []))]
    conditions = [
        (operator, name, _listed(values))
        for operator, asked in statement.get("Condition", {}).items()
        for name, values in asked.items()
    ]
    return (
        statement.get("Effect") == "Deny"
        and everybody
        and any(_like("s3:putobject", action) for action in actions)
        and any(_like(resource, pattern) for pattern in _listed(statement.get("Resource", [])))
        and bool(conditions)
        and all(_holds(operator, name, values, environ) for operator, name, values in conditions)
    )


def _holds(operator: str, name: str, values: list[Any], environ: Mapping[str, Any]) -> bool:
    """Whether a condition holds; one about anything but encryption is taken for one that does not."""
    header = _HEADERS.get(name.lower())
    if header is None:
        return False
    said, asked = environ.get(header), operator.lower()
    if asked == "null":
        return any((said is None) == (str(value).lower() == "true") for value in values)
    if_exists, asked = asked.endswith("ifexists"), asked.removesuffix("ifexists")
    negated, asked = "not" in asked, asked.replace("not", "")
    if asked not in _OPERATORS:
        return False
    if said is None:
        # A header that is not there is unlike any value.
        return negated or if_exists
    return any(_OPERATORS[asked](said, str(value)) for value in values) != negated


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
