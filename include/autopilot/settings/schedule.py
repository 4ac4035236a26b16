"""When something starts: a cron expression, checked as Airflow will read it, before Airflow reads it.

Airflow finds a bad one only when it stores the DAGs of a file, names no model then, and leaves out all of the file.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from croniter import CroniterError, croniter

# Airflow's own names; croniter knows most of them, and others that Airflow passes on to it.
_PRESETS = {"@quarterly": "0 0 1 */3 *"}
_FIELDS = 5
# Of each field how many values it has; a longer step comes at the first of them only: */90 at every full hour.
_VALUES = {"minutes": 60, "hours": 24, "days": 31, "months": 12, "days of the week": 7}
_STEP = re.compile(r"/([0-9]+)")
# They stand for a number of croniter's choice, another one in every process.
_DRAWN = re.compile(r"(?:^|[\s,])[hr](?![a-z])", re.IGNORECASE)
# A year with a 29 February in it lies before; the day does not matter otherwise.
_FROM = datetime(2024, 1, 1, tzinfo=UTC)
_FIX = (
    "Write five fields (minute, hour, day of month, month, day of week) like '0 6 * * 1', a name like @daily, or null "
    "for never"
)


def cron(value: str) -> str:
    """Return a cron expression as it is.

    :param value: five fields in UTC, or one of Airflow's names (``@hourly`` … ``@yearly``).
    :raises ValueError: it is neither, or no date will ever fit it.
    """
    expression = _PRESETS.get(value, value)
    fields = value.split()
    if not value.startswith("@") and len(fields) != _FIELDS:
        raise ValueError(f"it has {len(fields)} fields. {_FIX}")
    if _DRAWN.search(value):
        raise ValueError(f"H and R are no times. {_FIX}")
    # A name like @daily has neither fields nor steps.
    for (name, count), field in zip(_VALUES.items(), fields, strict=False):
        if long := [step for step in _STEP.findall(field) if int(step) > count]:
            raise ValueError(f"a step of {long[0]} is longer than the {count} {name} there are. {_FIX}")
    try:
        croniter(expression, _FROM).get_next(datetime)
    except CroniterError as error:
        why = f"there is no {value}" if value.startswith("@") else str(error).rstrip(".")
        raise ValueError(f"{why}. {_FIX}") from error
    return value
