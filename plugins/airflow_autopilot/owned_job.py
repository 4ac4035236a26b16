"""One job, made once, waited for, judged and stopped: what ours add to the Amazon provider's SageMaker operators."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.amazon.aws.operators.sagemaker import SageMakerBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields

from airflow_autopilot import errors, joblog, kinds, links, outcome, records
from airflow_autopilot.clients import connect
from airflow_autopilot.owner import generation_name, generation_of, owner_tags
from airflow_autopilot.stop import stop_and_confirm
from airflow_autopilot.submit import Submission, is_out_of_capacity, submit
from airflow_autopilot.succession import is_taken_over, stop_earlier_generations
from airflow_autopilot.trigger import JobTrigger, PauseTrigger, Waiting, event_of, wait

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from airflow.sdk import BaseOperatorLink, Context

# SageMaker enforces a job's own limit and then needs time to upload and to report.
_GRACE_SECONDS = 15 * 60
_LOG_LINES_IN_ERROR = 50


class OwnedJob(SageMakerBaseOperator):
    """Mixed in before one of the provider's operators, whose ``execute`` it replaces.

    :param config: the Create request (templated; an XComArg keeps its types).
    :param deferrable: wait in the triggerer (default) instead of in the worker; the waiting code is the same.
    :param stop_on_kill: stop the job this task made when the task is killed, cleared, marked or runs out of time.
    :param capacity_wait: how long to go on asking while AWS has no capacity or the quota is used up.
    :param capacity_pause: the time between two such questions.
    :param records: S3 URI of a folder for the full request and description (templated); None keeps none.
    :param queue_url: SQS queue that receives SageMaker's state changes (templated); see ``wakeup``.
    """

    kind: ClassVar[kinds.JobKind]
    template_fields: Sequence[str] = aws_template_fields("config", "records", "queue_url")
    operator_extra_links: Collection[BaseOperatorLink] = (links.JobLink(), links.JobLogLink())

    def __init__(
        self,
        *,
        config: dict[str, Any],
        deferrable: bool = True,
        stop_on_kill: bool = True,
        capacity_wait: timedelta = timedelta(hours=2),
        capacity_pause: timedelta = timedelta(minutes=2),
        records: str | None = None,
        queue_url: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config=config, **kwargs)
        self.deferrable = deferrable
        self.stop_on_kill = stop_on_kill
        self.capacity_wait, self.capacity_pause = capacity_wait, capacity_pause
        self.records = records
        self.queue_url = queue_url
        self._submission: Submission | None = None
        self._killed = False
        self._context: Context | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Make sure the job exists once, wait for it, and give its name, ARN, status, result URI and seconds."""
        return self._start(context, waited_seconds=0.0)

    def resume(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on after the wait."""
        self._context = context
        described = self.kind.describe(self.hook.get_conn(), event["name"])
        self._submission = Submission(event["name"], described, event["action"], event["owned"])
        if event["ended"] and self.kind.status(described) in kinds.LIVE:
            # A List may run ahead of Describe, and Describe decides.
            return self._wait(context, self._submission, self.requests(context)[0], event["waited_seconds"])
        return self._finish(context, self._submission, event["ended"], event["waited_seconds"])

    def ask_again(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on after waiting for capacity."""
        return self._start(context, event["waited_seconds"])

    def on_kill(self) -> None:
        """Stop the job this task made; a job that somebody else made, or that another try waits for, goes on."""
        self._killed = True
        if self._submission:
            self._leave(self._submission)

    def requests(self, context: Context) -> list[dict[str, Any]]:
        """Give the request to send and after it others whose job would do as well.

        The name is the one of this generation: clearing a task asks for a new job, a retry does not.
        """
        name = generation_name(self.config[self.kind.name_member], generation_of(context))
        return [{**self.config, self.kind.name_member: name}]

    def _start(self, context: Context, waited_seconds: float) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        self._context = context
        if self._killed:
            raise errors.JobStopped("This task was killed before it asked for its job.")
        client, owner = self.hook.get_conn(), owner_tags(context)
        if self.stop_on_kill:
            stop_earlier_generations(client, self.kind, self.config[self.kind.name_member], owner)
        request, *equivalents = self.requests(context)
        try:
            self._submission = submit(client, self.kind, request, owner, equivalents)
        except ClientError as error:
            if not is_out_of_capacity(error):
                raise
            return self._wait_for_capacity(context, waited_seconds, str(error))
        if self._killed:
            # The kill came while the request was under way, when on_kill did not know the job yet.
            raise errors.JobStopped(
                f"This task was killed; {self._submission.name} is {self._leave(self._submission)}."
            )
        self._tell(context, self._submission, request)
        if self.kind.status(self._submission.description) in kinds.LIVE:
            return self._wait(context, self._submission, request, waited_seconds)
        return self._finish(context, self._submission, True, waited_seconds)

    def _tell(self, context: Context, submission: Submission, request: dict[str, Any]) -> None:
        self.log.info("%s %s: %s", self.kind.label, submission.name, submission.action)
        if submission.action == "created":
            self.log.info("request: %s", json.dumps(records.masked(request), sort_keys=True, default=str))
        self.log.info("console: %s", links.console_url(self.hook, self.kind, submission.name))
        links.persist(context, self, self.kind, submission.name)
        self._record(submission.name, "request", request)

    def _wait(
        self, context: Context, submission: Submission, request: dict[str, Any], waited_seconds: float
    ) -> dict[str, Any]:
        waiting = Waiting(
            member=self.kind.member,
            name=submission.name,
            action=submission.action,
            created=submission.description["CreationTime"].isoformat(),
            limit_seconds=self._limit_seconds(request),
            owned=submission.owned and self.stop_on_kill,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            queue_url=self.queue_url,
            waited_seconds=waited_seconds,
        )
        if self.deferrable:
            self.defer(trigger=JobTrigger(**asdict(waiting)), method_name="resume")
        return self.resume(context, event_of(waiting, asyncio.run(wait(waiting))))

    def _limit_seconds(self, request: dict[str, Any]) -> float | None:
        own = self.kind.limit(request)
        limits = [own + _GRACE_SECONDS] if own else []
        if self.execution_timeout:
            limits.append(int(self.execution_timeout.total_seconds()))
        return min(limits, default=None)

    def _finish(self, context: Context, submission: Submission, ended: bool, waited_seconds: float) -> dict[str, Any]:
        described = submission.description
        if not ended and self.kind.status(described) in kinds.LIVE:
            raise errors.DeadlinePassed(
                f"The {self.kind.label} {submission.name} was not done in time; it is {self._stop(submission)}. "
                "Give the job's StoppingCondition or the task's execution_timeout more time."
            )
        lines = self._log_of(submission.name)
        self._record(submission.name, "description", described)
        error = outcome.error_for(self.kind, described)
        if error is errors.NoCapacity:
            return self._wait_for_capacity(context, waited_seconds, str(described.get("FailureReason")))
        if error:
            link = links.console_url(self.hook, self.kind, submission.name)
            last = lines[-_LOG_LINES_IN_ERROR:]
            raise error(outcome.sentence(self.kind, submission.name, described, link, last))
        return outcome.summary(self.kind, submission.name, described, submission.action)

    def _wait_for_capacity(self, context: Context, waited_seconds: float, reason: str) -> dict[str, Any]:
        if waited_seconds >= self.capacity_wait.total_seconds():
            raise errors.NoCapacity(
                f"AWS had no capacity for the {self.kind.label} for {self.capacity_wait}: {reason}\n"
                "Ask for another instance type or a higher quota, or raise capacity_wait."
            )
        self.log.warning("no capacity, asking again in %s: %s", self.capacity_pause, reason)
        pause = self.capacity_pause.total_seconds()
        if self.deferrable:
            self.defer(trigger=PauseTrigger(pause, waited_seconds + pause), method_name="ask_again")
        time.sleep(pause)
        return self._start(context, waited_seconds + pause)

    def _leave(self, submission: Submission) -> str:
        """Stop the job of a killed task, unless Airflow goes on with it in another try."""
        if is_taken_over(self._context):
            self.log.info("another try of this task goes on with %s", submission.name)
            return "left to the next try"
        return self._stop(submission)

    def _stop(self, submission: Submission) -> str:
        if not (self.stop_on_kill and submission.owned):
            return "left running"
        return stop_and_confirm(self.hook.get_conn(), self.kind, submission.name)

    def _log_of(self, name: str) -> list[str]:
        lines = joblog.lines(connect(self.aws_conn_id, self.region_name, "logs"), self.kind, name)
        for line in lines:
            self.log.info("%s | %s", name, line)
        return lines

    def _record(self, name: str, what: str, content: Any) -> None:
        if self.records:
            records.save(connect(self.aws_conn_id, self.region_name, "s3"), self.records, name, what, content)
