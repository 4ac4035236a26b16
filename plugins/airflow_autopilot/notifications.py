"""Telling people, by Airflow's own notifiers: Amazon SNS, and a webhook that takes ``{"text": ...}`` as Slack's do.

The webhook's address is a secret and therefore an Airflow connection. A message that cannot be delivered is logged and
fails nothing: the run it tells of has ended, and was paid for.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

from airflow_sagemaker_once.clients import CONNECTION

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.autopilot.messages.runs import Message
    from include.autopilot.settings.config import ModelConfig, NotifyConfig

log = logging.getLogger(__name__)


class FailureNotifier(BaseNotifier):
    """A DAG's ``on_failure_callback``: says which run failed and in which task.

    :param title: the model's title.
    :param notify: who is told.
    """

    def __init__(self, title: str, notify: NotifyConfig) -> None:
        super().__init__()
        self.title, self.config = title, notify

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Render nothing: nothing of ours is a template, and dag.test() passes a DAG that could not render one."""

    def notify(self, context: Context) -> None:
        """Send the message; also with the few members that Airflow gives where no task instance is known."""
        from include.autopilot.messages.runs import failed

        told: Any = context
        instance = told.get("ti")
        tasks = f"task {instance.task_id}" if instance else str(told.get("reason") or "no task is known")
        run_id = told.get("run_id") or told["dag_run"].run_id
        send(self.config, failed(self.title, told["dag"].dag_id, run_id, tasks, _synthetic(instance)))


def on_failure(model: ModelConfig) -> FailureNotifier | None:
    """Give the ``on_failure_callback`` of a model's DAGs; None where nobody is to be told."""
    return FailureNotifier(model.title, model.notify) if model.notify else None


def send(config: NotifyConfig, message: Message) -> int:
    """Send a message to everybody; gives to how many it was delivered."""
    from include.autopilot.base.masking import masked

    delivered = 0
    message = replace(message, subject=masked(message.subject), text=masked(message.text))
    for notifier in _notifiers(config, message):
        try:
            notifier.notify({})
        except Exception as error:  # noqa: BLE001 - whatever it was, the run has ended
            # Without the traceback: an HTTP client's error names the webhook's address, which is a secret.
            said = masked(f"{type(error).__name__}: {error}")
            log.error("%s could not deliver: %s: %s", type(notifier).__name__, message.subject, said)
        else:
            delivered += 1
    log.info("told %d: %s", delivered, message.subject)
    return delivered


def _notifiers(config: NotifyConfig, message: Message) -> list[Any]:
    # The providers' notifiers import boto3 and aiohttp, which parsing a DAG must not.
    found: list[Any] = []
    if config.sns_topic_arn:
        from airflow.providers.amazon.aws.notifications.sns import SnsNotifier

        region = config.sns_topic_arn.split(":")[3]
        found.append(
            SnsNotifier(
                aws_conn_id=CONNECTION,
                target_arn=config.sns_topic_arn,
                message=message.text,
                subject=message.subject,
                region_name=region,
            )
        )
    if config.webhook_conn_id:
        from airflow.providers.http.notifications.http import HttpNotifier

        text = f"{message.subject}\n{message.text}"
        found.append(HttpNotifier(http_conn_id=config.webhook_conn_id, json={"text": text}))
    return found


def _synthetic(instance: Any) -> bool | None:
    """Whether the run's rows were made up; None where it cannot be known, as before the plan."""
    from include.autopilot.base.source import is_synthetic

    try:
        return is_synthetic(instance.xcom_pull(task_ids="prepare")["source"])
    except Exception:  # noqa: BLE001 - the failure is told in any case
        return None
