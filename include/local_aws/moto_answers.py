"""What a client is told where moto did not answer in AWS's form: a page of HTML, or an error on a broken request.

Only what the request is to blame for by its form becomes a refusal; anything else stays a defect, and AWS's 500.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from botocore.model import OperationNotFoundError

from include.local_aws.errors import AwsError

Environ = dict[str, Any]

_PAGE = b"<!doctype html"
_READING = (LookupError, TypeError, ValueError, AttributeError)  # what moto meets where an element is missing


class MalformedXML(AwsError):
    """S3's answer to a document that it cannot read."""

    code = "MalformedXML"


class InvalidAction(AwsError):
    """The service has no operation of this name."""

    code = "InvalidAction"


class MethodNotAllowed(AwsError):
    """S3's answer to a method that means nothing there."""

    code = "MethodNotAllowed"
    status = 405


class InvalidBucketName(AwsError):
    """S3's answer to a name that no bucket may have."""

    code = "InvalidBucketName"


class InvalidRequest(AwsError):
    """S3's answer to a request that it cannot make sense of."""

    code = "InvalidRequest"


class NotServed(AwsError):
    """S3 does this and the embedded endpoint does not."""

    code = "NotImplemented"
    status = 501


def refusal_of(error: Exception, unreadable: type[AwsError] | None) -> AwsError | None:
    """Return what to say of an error of moto's; None where the request is not to blame.

    :param unreadable: what a request is refused with that moto fails to read; None: it has nothing to be read.
    """
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, OperationNotFoundError):
        return InvalidAction(f"Could not find operation {error}.")
    if isinstance(error, ExpatError | ParseError) or (unreadable is MalformedXML and isinstance(error, _READING)):
        return MalformedXML(
            f"The XML you provided was not well-formed or did not validate against our published schema: {what}"
        )
    if unreadable is not None and isinstance(error, _READING):
        return unreadable(
            f"A parameter is missing or is not what AWS documents ({what}). The embedded AWS endpoint's log says where."
        )
    return None


def without_pages(answer: Iterable[bytes], status: str, environ: Environ) -> Iterable[bytes]:
    """Return moto's answer, if it is one.

    :raises AwsError: it is a page of moto's web framework, which nobody but a person can read.
    """
    if status[0] not in "45":
        return answer
    body = b"".join(answer)
    if body[: len(_PAGE)].lower() != _PAGE:
        return [body]
    what = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')!r}"
    if status.startswith("405"):
        raise MethodNotAllowed("The specified method is not allowed against this resource.")
    if status.startswith("404"):
        raise NotServed(f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.")
    raise InvalidRequest(f"{what} cannot be made sense of: {status}.")
