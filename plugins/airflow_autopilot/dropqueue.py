"""The queue of new objects, and which drops have settled: what :class:`DropTrigger` does in a thread."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.autopilot.drops.deliveries import Delivery

# A triggerer that is stopped waits for the thread, so shorter than the 20 s that SQS allows.
LONG_POLL_SECONDS = 10
INVISIBLE_BEYOND_SETTLING_SECONDS = 120
log = logging.getLogger(__name__)


@dataclass
class _Pending:
    """A drop that something came for: when last, and the messages that said so (id -> receipt)."""

    last: float
    receipts: dict[str, str] = field(default_factory=dict)
    reported: Delivery | None = None


class DropQueue:
    """Reads one model's queue; not for several threads at once.

    :param settle_seconds: how long nothing must have come for a drop before it counts as delivered.
    """

    def __init__(self, sqs: Any, s3: Any, model: str, root: str, queue_url: str, settle_seconds: float) -> None:
        from include.autopilot.base.locations import Locations

        self._sqs, self._s3, self._model, self._queue_url = sqs, s3, model, queue_url
        self._locations = Locations(root)
        self._settle = settle_seconds
        self._pending: dict[date, _Pending] = {}

    def read(self, clock: Callable[[], float]) -> None:
        """Wait for messages and sort them by drop; what names no drop is deleted."""
        from include.autopilot.base.masking import masked
        from include.autopilot.drops.deliveries import days_in

        for message in self._receive(clock()):
            days = days_in(message["Body"], self._locations.drops)
            for day in days:
                pending = self._pending.setdefault(day, _Pending(clock()))
                pending.last = clock()
                pending.receipts[message["MessageId"]] = message["ReceiptHandle"]
            if not days:
                log.info("passed over, no drop of %s: %.300s", self._model, masked(message["Body"]))
                self._delete([message["ReceiptHandle"]])

    def settled(self, now: float) -> list[date]:
        """Return the drops, oldest first, for which nothing has come lately."""
        return sorted(day for day, pending in self._pending.items() if now - pending.last >= self._settle)

    def news(self, day: date) -> dict[str, Any] | None:
        """Return what to report of a drop; None if its files are gone or were reported."""
        from include.autopilot.drops.deliveries import extra_of, find_delivery, is_reported

        delivery = find_delivery(self._s3, self._locations.drops, day)
        if delivery is None or is_reported(self._s3, self._locations, delivery):
            return None
        self._pending[day].reported = delivery
        return extra_of(self._model, self._locations, delivery)

    def finish(self, day: date) -> None:
        """Remember that the drop was reported, then delete its messages: a triggerer that dies must not forget it."""
        from include.autopilot.drops.deliveries import remember

        pending = self._pending[day]
        if pending.reported:
            remember(self._s3, self._locations, pending.reported)
        self._delete(list(pending.receipts.values()))
        del self._pending[day]

    def _receive(self, now: float) -> list[dict[str, Any]]:
        left = [self._settle - (now - pending.last) for pending in self._pending.values()]
        got = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=max(1, math.ceil(min([LONG_POLL_SECONDS, *left]))),
            VisibilityTimeout=round(self._settle) + INVISIBLE_BEYOND_SETTLING_SECONDS,
        )
        messages: list[dict[str, Any]] = got.get("Messages", [])
        return messages

    def _delete(self, receipts: list[str]) -> None:
        for receipt in receipts:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=receipt)
