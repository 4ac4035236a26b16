"""Up to when a search saw data, where nobody states it: it cannot have seen what came after it began."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from include.autopilot.base.cutoff import as_utc
from include.autopilot.base.errors import TemplateError
from include.autopilot.base.lenient import at

# Dates as numbers: seconds, or milliseconds where seconds would lie thousands of years ahead.
_MILLISECONDS = 1e11


def search_began(job: Mapping[str, object] | None, train: Mapping[str, object] | None) -> datetime:
    """Return when an Autopilot job was created, or where it is not known its training job.

    :param job: the description of the Autopilot job.
    :param train: the description of the algorithm's training job.
    :raises TemplateError: neither description says when.
    """
    try:
        return made_at(at(job, "CreationTime") or at(train, "CreationTime"))
    except (ValueError, OverflowError, OSError) as error:
        raise TemplateError(
            "No CreationTime says up to when the search saw data. State it: searched_until 2024-01-31, say."
        ) from error


def made_at(time: object) -> datetime:
    """Return an instant as boto3 gives it, or as a program wrote it: ISO 8601, or a number since 1970.

    :raises ValueError: it is none of these.
    """
    if isinstance(time, datetime):
        return as_utc(time)
    text = str(time)
    if re.fullmatch(r"[0-9.]+", text) is None:
        return as_utc(datetime.fromisoformat(text))
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
