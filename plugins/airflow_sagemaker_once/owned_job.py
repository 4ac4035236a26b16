"""One job, made once, waited for, judged and stopped: what ours add to the Amazon provider's SageMaker operators."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.amazon.aws.operators.sagemaker import SageMakerBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields

from airflow_sagemaker_once import (
    errors,
    joblog,
    kinds,
    links,
    openlineage_facets,
    outcome,
    preparation,
    records,
    rendered,
    requested,
)
from airflow_sagemaker_once.clients import connect
from airflow_sagemaker_once.owner import generation_name, generation_of, owner_tags
from airflow_sagemaker_once.quota import is_out_of_capacity, never_fits
from airflow_sagemaker_once.secrecy import Mask, airflow_mask, masked_errors, register
from airflow_sagemaker_once.stop import stop_and_confirm
from airflow_sagemaker_once.submit import Submission, submit
from airflow_sagemaker_once.succession import finished_earlier, is_taken_over, stop_earlier_generations
from airflow_sagemaker_once.trigger import JobTrigger, PauseTrigger, Waiting, event_of, wait

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from airflow.sdk import BaseOperatorLink, Context

# SageMaker enforces a job's own limit and then needs time to upload and to report.
_GRACE_SECONDS = 15 * 60
_LOG_LINES_IN_ERROR = 50
# Of a job that ended well; of any other as many as there are.
_LOG_LINES = 20


class OwnedJob(SageMakerBaseOperator):
    """Mixed in before one of the provider's operators, whose ``execute`` it replaces.

    :param config: the Create request (templated; an XComArg keeps its types; one template may give all of it), or a
        function that gives it when the task runs and, the same once more, after a deferral if the job still runs; None
        skips the task. As in the provider's operator numbers may be texts, roles names, and ``S3Operations`` are done
        before the job begins.
    :param op_kwargs: what that function is called with, by name (templated, as a PythonOperator's).
    :param deferrable: wait in the triggerer (default) instead of in the worker; the waiting code is the same.
    :param stop_on_kill: stop the job this task made when the task is killed, cleared, marked or runs out of time.
    :param take_over: after a clear, take the Completed job of an earlier generation if it was the same request, tags
        of ours included, instead of paying for another one.
    :param capacity_wait: how long to go on asking while AWS has no capacity or the quota is used up; how long a search
        or a tuning job was there that fails for it counts.
    :param capacity_pause: the time between two such questions.
    :param records: S3 URI of a folder for the full request and description (templated); None keeps none.
    :param records_as: what PutObject gets besides for these, e.g. ``{"ServerSideEncryption": "aws:kms"}``.
    :param queue_url: SQS queue that receives SageMaker's state changes (templated); see ``wakeup``.
    :param mask: gives a copy of a request, a description or a text without its secrets; nothing is logged, recorded
        or told in an error without it. The default is Airflow's own masker.
    :param about: a function that OpenLineage's catalogue is told by what there is to know of the run's data besides
        where it is, such as that it is made up; called with the task instance, and only where OpenLineage asks.
    """

    kind: ClassVar[kinds.JobKind]
    template_fields: Sequence[str] = aws_template_fields("config", "op_kwargs", "records", "queue_url")
    operator_extra_links: Collection[BaseOperatorLink] = (links.JobLink(), links.JobLogLink())

    def __init__(
        self,
        *,
        config: Callable[..., dict[str, Any] | None] | dict[str, Any] | str,
        op_kwargs: Mapping[str, Any] | None = None,
        deferrable: bool = True,
        stop_on_kill: bool = True,
        take_over: bool = False,
        capacity_wait: timedelta = timedelta(hours=2),
        capacity_pause: timedelta = timedelta(minutes=2),
        records: str | None = None,
        records_as: Mapping[str, Any] | None = None,
        queue_url: str | None = None,
        mask: Mask = airflow_mask,
        about: Callable[[Any], str | None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config=requested.requested(config), **kwargs)
        self.op_kwargs = op_kwargs or {}
        self.deferrable = deferrable
        self.stop_on_kill = stop_on_kill
        self.take_over = take_over
        self.capacity_wait, self.capacity_pause = capacity_wait, capacity_pause
        self.records = records
        self.records_as = records_as or {}
        self.queue_url = queue_url
        self.mask = mask
        self.about = about
        self._submission: Submission | None = None
        self._killed = False
        self._context: Context | None = None
        self._s3_operations: dict[str, Any] | None = None
        self._described: list[kinds.Description] = []

    def _do_render_template_fields(self, parent: Any, *args: Any, **kwargs: Any) -> None:
        """Render, also as one of a mapped task's; Airflow then shows what was rendered, but for what it is told."""
        super()._do_render_template_fields(parent, *args, **kwargs)
        if parent is self:
            register(self.mask, [getattr(self, field) for field in self.template_fields])

    def execute(self, context: Context) -> dict[str, Any]:
        """Make sure the job exists once, wait for it, and give its name, ARN, status, result URI and seconds."""
        with masked_errors(self.mask):
            self._read_config()
            return self._start(context, waited_seconds=0.0)

    def resume(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on after the wait."""
        self._context = context
        with masked_errors(self.mask):
            described = self.kind.describe(self.hook.get_conn(), event["name"])
            self._submission = Submission(event["name"], described, event["action"], event["owned"])
            if event["ended"] and self.kind.status(described) in kinds.LIVE:
                # A List may run ahead of Describe, and Describe decides. Only then the request is needed once more.
                self._read_config()
                return self._wait(context, self._submission, self.requests(context)[0], event["waited_seconds"])
            return self._finish(context, self._submission, event["ended"], event["waited_seconds"])

    def ask_again(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on after waiting for capacity."""
        with masked_errors(self.mask):
            self._read_config()
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
        name = generation_name(self.request[self.kind.name_member], generation_of(context))
        return [{**self.request, self.kind.name_member: name}]

    @property
    def request(self) -> dict[str, Any]:
        """The part of ``config`` that is the job's Create request."""
        return self.config

    def make_first(self, context: Context, prepare: Callable[[], None]) -> None:
        """Make what the job needs of its own; the job's request may change with it.

        :param prepare: does the S3 operations, once; to be called before anything is created.
        """

    def parts(self) -> dict[str, kinds.JobKind]:
        """Give the parts of ``config`` that are Create requests, by their name in it; "" for the whole."""
        return {"": self.kind}

    def _read_config(self) -> None:
        """Turn what templates or a function gave into requests; see :mod:`airflow_sagemaker_once.rendered`."""
        self.config = rendered.mapping(requested.made(self.config, self.op_kwargs))
        self._s3_operations = self.config.pop("S3Operations", None) or self._s3_operations
        client = self.hook.get_conn()
        for part, kind in self.parts().items():
            place = f"config[{part!r}]" if part else "config"
            read = rendered.request(client, kind, self.config.get(part, {}) if part else self.config, place)
            self.config = {**self.config, part: read} if part else read

    def _start(self, context: Context, waited_seconds: float) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        self._context = context
        if self._killed:
            raise errors.JobStopped("This task was killed before it asked for its job.")
        client, owner = self.hook.get_conn(), owner_tags(context)
        preparation.expand_role(self)
        if self.stop_on_kill:
            stop_earlier_generations(client, self.kind, self.request[self.kind.name_member], owner)
        prepare = cache(partial(preparation.do_s3_operations, self.hook, self._s3_operations))
        self.make_first(context, prepare)
        request, *equivalents = self.requests(context)
        try:
            self._submission = self._taken_over(request, owner) or submit(
                client, self.kind, request, owner, equivalents, prepare=prepare, mask=self.mask
            )
        except ClientError as error:
            if not is_out_of_capacity(error):
                raise
            if never_fits(str(error)):
                raise errors.QuotaTooSmall(
                    f"The {self.kind.label} {request[self.kind.name_member]} can never start, however long it waits: "
                    f"{error}\nRaise the quota in Service Quotas, or ask for another instance type or fewer instances."
                ) from None
            return self._wait_for_capacity(context, waited_seconds, str(error))
        if self._killed:
            # The kill came while the request was under way, when on_kill did not know the job yet.
            raise errors.JobStopped(
                f"This task was killed; {self._submission.name} is {self._leave(self._submission)}."
            )
        self.tell(self.kind, self._submission, request)
        links.persist(context, self, self.kind, self._submission.name)
        if self.kind.status(self._submission.description) in kinds.LIVE:
            return self._wait(context, self._submission, request, waited_seconds)
        return self._finish(context, self._submission, True, waited_seconds)

    def _taken_over(self, request: dict[str, Any], owner: dict[str, str]) -> Submission | None:
        if not self.take_over:
            return None
        name = self.request[self.kind.name_member]
        return finished_earlier(self.hook.get_conn(), self.kind, request, name, owner, self.mask)

    def tell(self, kind: kinds.JobKind, submission: Submission, request: dict[str, Any]) -> None:
        """Log what was made, adopted or reused, and keep its request."""
        self.log.info("%s %s: %s", kind.label, submission.name, submission.action)
        if submission.action == "created":
            self.log.info("request: %s", json.dumps(self.mask(request), sort_keys=True, default=str))
        self.log.info("console: %s", links.console_url(self.hook, kind, submission.name))
        self._record(submission.name, "request", request)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Give what the task's jobs read and made; OpenLineage's provider asks, also after a failure.

        Instead of the provider's own methods, which know some kinds of job, and of a model its first container only.
        """
        client = self.hook.get_conn()
        read = [uri for described in self._described for uri in openlineage_facets.inputs_of(client, described)]
        made = [uri for described in self._described for uri in openlineage_facets.outputs_of(self.kind, described)]
        return openlineage_facets.facets(read, made, self.about(task_instance) if self.about else None)

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
        self._described.append(described)
        if not ended and self.kind.status(described) in kinds.LIVE:
            raise errors.DeadlinePassed(
                f"The {self.kind.label} {submission.name} was not done in time; it is {self._stop(submission)}. "
                "Give the job's StoppingCondition or the task's execution_timeout more time."
            )
        error = outcome.error_for(self.kind, described)
        lines = self._log_of(submission.name, joblog.AT_MOST if error else _LOG_LINES)
        self._record(submission.name, "description", described)
        if error is errors.NoCapacity:
            waited_seconds += outcome.lifetime(described) if self.kind.starts_jobs else 0.0
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
        self.log.warning("no capacity, asking again in %s: %s", self.capacity_pause, self.mask(reason))
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

    def _log_of(self, name: str, at_most: int) -> list[str]:
        """Bring the end of the job's own log into the task's, and give it."""
        lines = joblog.lines(connect(self.aws_conn_id, self.region_name, "logs"), self.kind, name, at_most)
        # Together: a private key, for one, has many lines.
        shown: list[str] = self.mask("\n".join(lines)).split("\n") if lines else []
        for line in shown:
            self.log.info("%s | %s", name, line)
        if len(lines) == at_most:
            self.log.info("the lines before are at %s", links.log_url(self.hook, self.kind, name))
        return shown

    def _record(self, name: str, what: str, content: Any) -> None:
        if self.records:
            s3 = connect(self.aws_conn_id, self.region_name, "s3")
            records.save(s3, self.records, name, what, self.mask(content), self.records_as)
