"""Late is a failure too: who is told when a retraining has not finished in time.

Airflow's deadline counts from the moment a run was queued, so a backfill of old dates is not late when it begins. The
scheduler sees that it has passed, and the triggerer calls :func:`tell_late`.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

# They are public, and missing in the stub that Airflow ships.
from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


def deadline(model: ModelConfig) -> DeadlineAlert | None:
    """Give the ``deadline`` of a model's retraining; None where its YAML has none."""
    hours = model.late_after_hours
    if hours is None:
        return None
    notify = model.notify
    told = {
        "title": model.title,
        "hours": hours,
        "topic": notify.sns_topic_arn if notify else None,
        "webhook": notify.webhook_conn_id if notify else None,
    }
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=hours),
        callback=AsyncCallback(tell_late, kwargs=told),
    )


async def tell_late(title: str, hours: float, topic: str | None, webhook: str | None, context: Any) -> int:
    """Tell that a run is late; gives to how many that was delivered.

    :param context: what Airflow gives: the run, as its REST API shows it.
    """
    from anyio.to_thread import run_sync

    from airflow_autopilot.notifications import send
    from include.autopilot.messages.runs import late
    from include.autopilot.settings.config import NotifyConfig

    run = context["dag_run"]
    said = late(title, run["dag_id"], run["dag_run_id"], hours, str(run.get("state")))
    log.warning("%s: %s", said.subject, said.text)
    if topic is None and webhook is None:
        return 0
    # The notifiers wait for their servers, which the triggerer must not.
    return await run_sync(send, NotifyConfig(topic, webhook), said)
