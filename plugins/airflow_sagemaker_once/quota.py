"""Quotas: one that is used up is waited for; one that the request can never fit is told at once."""

from __future__ import annotations

import re
from typing import Any

# AWS: "The account-level service limit 'ml.m5.xlarge for training job usage' is 0 Instances, with current utilization
# of 0 Instances and a request delta of 1 Instances. Please …". Only these two numbers are read, so that new words
# around them, other units and thousands separators do not matter.
_NUMBER = r"\s*(\d[\d,]*(?:\.\d+)?)"
# What lies between the word and its number ends with the sentence, and at the other numbers' names.
_NAME = r"(?:(?!utili[sz]ation|\bdelta|[.;]\s).){0,300}?"
_LIMIT = re.compile(rf"\b(?:limit|quota)(?:\s+of|\s*[:=]|\b{_NAME}\bis:?)?{_NUMBER}", re.IGNORECASE | re.DOTALL)
_DELTA = re.compile(rf"\brequest(?:ed)?\s+(?:delta(?:\s+of|\s+is|\s*[:=])?|of){_NUMBER}", re.IGNORECASE)


def is_out_of_capacity(error: Any) -> bool:
    """Whether botocore's ClientError says that the account's quota does not leave what is asked for."""
    return bool(error.response["Error"]["Code"] == "ResourceLimitExceeded")


def told_by(reason: str) -> bool:
    """Whether a job's own reason for its failure is a quota: what it started in its turn was refused."""
    return "ResourceLimitExceeded" in reason or "account-level service limit" in reason


def never_fits(message: str) -> bool:
    """Whether AWS's sentence about a quota says that no waiting can help: a limit of 0, or one below the request.

    A sentence that does not tell the numbers is taken as a quota that others use up for now.
    """
    limit, delta = _read(_LIMIT, message), _read(_DELTA, message)
    return limit is not None and (limit == 0 or (delta is not None and delta > limit))


def _read(pattern: re.Pattern[str], message: str) -> float | None:
    found = pattern.search(message)
    return float(found[1].replace(",", "")) if found else None
