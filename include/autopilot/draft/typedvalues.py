"""Values that a person types beside names: a share, a day, an instant; a wrong one is refused in one sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime

from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.errors import DraftError, OptionsError
from include.autopilot.base.numbers import read_number


def holdout_share(text: str) -> float:
    """Return HOLDOUT, a share above 0 and below 1.

    :raises DraftError: it is none.
    """
    share = read_number(text)
    if share is None or not 0 < share < 1:
        raise DraftError(f"HOLDOUT={text} is no share. Write one above 0 and below 1: HOLDOUT=0.2")
    return share


def first_day(text: str) -> date:
    """Return DATE.

    :raises DraftError: it is none, or has not come yet: no run sees a drop before its date.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise DraftError(f"DATE={text} is no date. Write one like DATE=2024-06-01") from error
    if day > (today := datetime.now(UTC).date()):
        raise DraftError(
            f"DATE={text} lies in the future, today is {today} (UTC), and no run sees a drop before its date. Write "
            "the day of the newest rows."
        )
    return day


def first_sealed(text: str) -> datetime:
    """Return HOLDOUT_FROM.

    :raises DraftError: it is no date.
    """
    try:
        return parse_cutoff(text)
    except OptionsError as error:
        raise DraftError(f"HOLDOUT_FROM={text} is no date. Write one like HOLDOUT_FROM=2024-06-01") from error
