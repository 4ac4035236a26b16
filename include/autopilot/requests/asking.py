"""Questions to AWS that may stay unanswered: asked at once, waited for together, and never for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread

from botocore.exceptions import BotoCoreError, ClientError

# Behind a network that swallows packets a single call of botocore takes minutes to give up.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``result`` is ok, unknown or missing."""

    what: str
    result: str
    detail: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked about, and how; ``ask`` may raise botocore's errors."""

    what: str
    ask: Callable[[], Sequence[Check]]


def answer(question: Question) -> Sequence[Check]:
    """Return the answer; where AWS gives none, that it is unknown and why."""
    try:
        return question.ask()
    except (ClientError, BotoCoreError) as error:
        return [Check(question.what, "unknown", str(error))]


def answers(questions: Sequence[Question], seconds: float | None = None) -> list[Check]:
    """Return the answers, in the questions' order; what has none in time is unknown.

    :param seconds: how long to wait for all of them together; :data:`PATIENCE_SECONDS` unless told.
    """
    patience = PATIENCE_SECONDS if seconds is None else seconds
    given: dict[int, Sequence[Check] | Exception] = {}

    def ask(place: int, question: Question) -> None:
        try:
            given[place] = answer(question)
        except Exception as error:  # noqa: BLE001 - raised below, where somebody sees it
            given[place] = error

    # Daemons: one that waits for AWS for ever does not keep the task's process from ending.
    asking = [Thread(target=ask, args=(place, one), daemon=True) for place, one in enumerate(questions)]
    until = time.monotonic() + patience
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(max(0.0, until - time.monotonic()))
    found: list[Check] = []
    for place, question in enumerate(questions):
        checks = given.get(place, [Check(question.what, "unknown", f"AWS gave no answer within {patience:g} s")])
        if isinstance(checks, Exception):
            raise checks
        found += checks
    return found
