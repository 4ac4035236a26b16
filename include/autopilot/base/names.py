"""Job and model names: hashes of what the job is, never of the clock.

A name is ``{model}-{step}-{yyyymmdd}-{hash8}``. Training, transform and processing jobs allow 63 characters of
``[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}``; names made here stop at 50 so that a generation and an attempt (``-g1``, ``-r1``)
still fit behind them. AutoML and tuning jobs allow 32 characters, and ignore case; those names stop at 25.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date

LONGEST = 50
LONGEST_AUTOML = 25
_HASH = 8


def job_name(model: str, step: str, day: date, *identity: str) -> str:
    """Return the name of one job or model.

    :param model: the model's name as in include/models/.
    :param step: what the job does, one short word.
    :param day: the run's cutoff, or the drop's date for a job that runs share.
    :param identity: everything that makes the job this job; other values give another name.
    """
    tail = f"-{_slug(step)}-{day:%Y%m%d}-{_hash(model, step, *identity)}"
    return _fit(model, LONGEST - len(tail)) + tail


def automl_name(model: str, day: date, *identity: str) -> str:
    """Return the name of an AutoML job: at most 25 of the 32 characters that AWS allows."""
    tail = f"-{day:%Y%m%d}-{_hash(model, 'search', *identity)}"
    return _fit(model, LONGEST_AUTOML - len(tail)) + tail


def tuning_name(model: str, *identity: str) -> str:
    """Return the name of a tuning job: at most 25 of the 32 characters that AWS allows, so without a date."""
    return f"{beginning(model)}-tune-{_hash(model, 'tune', *identity)}"


def beginning(model: str) -> str:
    """Return how the names of all jobs of a model begin; those of other models may begin so too."""
    return _fit(model, LONGEST_AUTOML - len(f"-{date.max:%Y%m%d}-") - _HASH)


def _hash(*parts: str) -> str:
    # The length of each part is hashed with it, so that ("ab", "c") and ("a", "bc") differ.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def _fit(text: str, room: int) -> str:
    return _slug(text)[:room].rstrip("-")
