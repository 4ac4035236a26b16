"""Where a request meets the rules: the one place between the socket and the service that answers it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from include.local_aws.faults.book import RuleBook
from include.local_aws.faults.refusals import REFUSALS, refuse
from include.local_aws.operations import operation_of

Environ = dict[str, Any]


class ReplyLost(ConnectionError):
    """The connection ends here without a reply.

    Being a ConnectionError it passes for a client that has gone, on which werkzeug writes nothing and closes.
    """


def serve(
    book: RuleBook, service: str, environ: Environ, start_response: Any, answer: Callable[[], Iterable[bytes]]
) -> Iterable[bytes]:
    """Answer a request as its service does, unless a rule hits it.

    ``delay`` holds back a reply that is ready, ``drop`` closes the connection before the service saw the request and
    ``drop_after`` when it has done everything but reply; the other faults reply an error instead of calling the
    service. Raises :class:`ReplyLost`.
    """
    operation = operation_of(service, environ)
    rules = book.met_by_request(operation)
    wrong = next((rule for rule in rules if rule.fault != "delay"), None)
    fault = wrong.fault if wrong else None
    chunks: Iterable[bytes] = ()
    if wrong and fault in REFUSALS:
        chunks = refuse(wrong, operation, environ, start_response)
    elif fault != "drop":
        chunks = answer()
    delay = sum(rule.seconds for rule in rules if rule.fault == "delay")
    if delay:  # no time at all would still give the processor away, for milliseconds where jobs run
        time.sleep(delay)
    if fault in {"drop", "drop_after"}:
        close = getattr(chunks, "close", None)
        if close:
            close()
        raise ReplyLost(f"{operation}: {fault}")
    return chunks
