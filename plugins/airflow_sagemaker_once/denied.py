"""What IAM does not allow, told apart from other trouble."""

from __future__ import annotations

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException"})


def is_denied(error: BaseException) -> bool:
    """Whether AWS says that whoever asked may not ask this."""
    from botocore.exceptions import ClientError

    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED
