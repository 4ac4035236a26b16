"""What cannot be read is a sentence, never an error: a page about many things must not fail for one of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.masking import masked

log = logging.getLogger(__name__)
Content = TypeVar("Content")
_SHOWN = 5


@dataclass(frozen=True)
class Legible(Generic[Content]):
    """What was read, or why not.

    :param content: None where there is none, or it cannot be read.
    :param problem: the reason for people; None where it could be read.
    """

    content: Content | None
    problem: str | None = None


def legible(what: str, read: Callable[[], Content]) -> Legible[Content]:
    """Read something, whatever becomes of it.

    :param what: what it is, for the sentence: ``The report of run 20240201T000000-1a2b3c4d``.
    """
    try:
        return Legible(read())
    except AutopilotError as error:
        reason = str(error)
    except ClientError as error:
        said = error.response.get("Error", {})
        reason = f"{said.get('Code', 'an error')} ({error.operation_name}): {said.get('Message', '')}"
    except BotoCoreError as error:
        reason = f"AWS does not answer: {error}"
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # An object that somebody else wrote, or an earlier release in another shape.
        reason = f"it is not in the shape that this release writes ({type(error).__name__}: {error})"
    problem: str = masked(f"{what} cannot be read: {' '.join(reason.split())[:500]}")
    log.warning("%s", problem)
    return Legible(None, problem)


def few(problems: Sequence[str]) -> tuple[str, ...]:
    """Return the first problems of many, and how many there are besides."""
    more = len(problems) - _SHOWN
    return (*problems[:_SHOWN], *([f"{more} more objects cannot be read."] if more > 0 else []))
