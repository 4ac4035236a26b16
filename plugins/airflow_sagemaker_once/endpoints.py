"""The Amazon provider's endpoint operators, safe to repeat: a retry neither fails on what is there nor redoes it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerEndpointConfigOperator,
    SageMakerEndpointOperator,
)

from airflow_sagemaker_once import errors, preparation, rendered
from airflow_sagemaker_once.kinds import ENDPOINT, ENDPOINT_CONFIG, MODEL
from airflow_sagemaker_once.owner import TAG_PREFIX, owner_tags, tags_of
from airflow_sagemaker_once.requested import made, requested
from airflow_sagemaker_once.submit import already_exists, find, is_absent, submit
from airflow_sagemaker_once.trigger import PauseTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

# What an endpoint's config may hold besides the endpoint, in the order in which it is made.
_FIRST = {"Model": MODEL, "EndpointConfig": ENDPOINT_CONFIG}
_MODEL_TAG = f"{TAG_PREFIX}model"
_ON_THE_WAY = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
# It answers, perhaps with a mix of two configurations or not at all: an update puts either right, if AWS takes it.
_TO_UPDATE = frozenset({"OutOfService", "UpdateRollbackFailed"})
# Where a try goes on after a pause says what it has done: a deferral keeps nothing else of it.
_AFTER = {
    "created": "after_create",
    "updated": "after_update",
    "reused": "after_others",
    "deleted": "after_delete",
    "recreated": "after_recreate",
}
_SHORTEST_PAUSE, _LONGEST_PAUSE = 2.0, 30.0


class AutopilotEndpointConfigOperator(SageMakerEndpointConfigOperator):
    """Make an endpoint configuration; one of the same name and request is reused.

    :param config: a CreateEndpointConfig request (templated; numbers may be texts, one template may give all of it), or
        a function that gives it, as in ``OwnedJob``.
    :param op_kwargs: what that function is called with (templated).
    """

    template_fields: Sequence[str] = (*SageMakerEndpointConfigOperator.template_fields, "op_kwargs")

    def __init__(self, *, config: Any, op_kwargs: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(config=requested(config), **kwargs)
        self.op_kwargs = op_kwargs or {}

    def execute(self, context: Context) -> dict[str, Any]:
        """Give name, ARN and whether it was ``created`` or ``reused``."""
        client = self.hook.get_conn()
        self.config = rendered.request(client, ENDPOINT_CONFIG, made(self.config, self.op_kwargs))
        submission = submit(client, ENDPOINT_CONFIG, self.config, owner_tags(context))
        self.log.info("%s %s: %s", ENDPOINT_CONFIG.label, submission.name, submission.action)
        arn = submission.description[ENDPOINT_CONFIG.arn_member]
        return {"name": submission.name, "arn": arn, "action": submission.action}


class AutopilotEndpointOperator(SageMakerEndpointOperator):
    """Let an endpoint serve a configuration: create it, update it, or leave it where it does so already.

    An update that is under way is waited for first. An endpoint that an earlier deployment left Failed is deleted and
    made again, since SageMaker updates none; one that fails under this task's own hands is told and not tried again.
    Only an endpoint with the same tag ``airflow-autopilot:model`` as the request's is touched. A killed task leaves the
    update to AWS, which ends it by itself: what served goes on.

    :param config: a CreateEndpoint request with that tag (templated), or a function that gives it, as in ``OwnedJob``;
        or ``{"Model": …, "EndpointConfig": …, "Endpoint": …}``, of which the first two are made first, once.
    :param op_kwargs: what that function is called with (templated).
    :param time_limit: how long to wait until it is in service.
    """

    template_fields: Sequence[str] = (*SageMakerEndpointOperator.template_fields, "op_kwargs")

    def __init__(
        self,
        *,
        config: Any,
        op_kwargs: Mapping[str, Any] | None = None,
        deferrable: bool = True,
        time_limit: timedelta = timedelta(hours=1),
        **kwargs: Any,
    ) -> None:
        super().__init__(config=requested(config), deferrable=deferrable, **kwargs)
        self.op_kwargs = op_kwargs or {}
        self.time_limit = time_limit

    def execute(self, context: Context) -> dict[str, Any]:
        """Give name, ARN, configuration and what was done: ``created``, ``updated``, ``reused`` or ``recreated``."""
        self._make_first(context)
        return self._look("reused", 0.0)

    def after_create(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Look again after a pause: this try has created the endpoint."""
        return self._look("created", event["waited_seconds"])

    def after_update(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Look again after a pause: this try has updated the endpoint."""
        return self._look("updated", event["waited_seconds"])

    def after_others(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Look again after a pause: an earlier try or somebody else was changing the endpoint."""
        return self._look("reused", event["waited_seconds"])

    def after_delete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Look again after a pause: this try has deleted the failed endpoint."""
        return self._look("deleted", event["waited_seconds"])

    def after_recreate(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Look again after a pause: this try has deleted the failed endpoint and made it again."""
        return self._look("recreated", event["waited_seconds"])

    def _make_first(self, context: Context) -> None:
        """Make sure that the config's model and endpoint configuration exist once."""
        self.config = rendered.mapping(made(self.config, self.op_kwargs))
        client, given = self.hook.get_conn(), {part: kind for part, kind in _FIRST.items() if part in self.config}
        for part, kind in given.items():
            self.config[part] = rendered.request(client, kind, self.config[part], f"config[{part!r}]")
        preparation.expand_role(self)
        for part, kind in given.items():
            submission = submit(client, kind, self.config[part], owner_tags(context))
            self.log.info("%s %s: %s", kind.label, submission.name, submission.action)

    def _read_config(self, client: Any) -> None:
        """Turn what templates or a function gave into the CreateEndpoint request."""
        config = rendered.mapping(made(self.config, self.op_kwargs))
        place = "config['Endpoint']" if "Endpoint" in config else "config"
        self.config = rendered.request(client, ENDPOINT, config.get("Endpoint", config), place)
        if "EndpointConfigName" not in self.config:
            raise errors.RequestRefused(f"The operator's {place} has no EndpointConfigName. Name what it shall serve.")

    def _look(self, done: str, waited_seconds: float) -> dict[str, Any]:
        """Look at the endpoint and do the next step.

        :param done: what this try has done to it.
        """
        client = self.hook.get_conn()
        self._read_config(client)
        name, wanted = self.config["EndpointName"], self.config["EndpointConfigName"]
        found = find(client, ENDPOINT, name)
        if found is None:
            return self._wait(self._create(client, "recreated" if done == "deleted" else "created"), waited_seconds)
        self._check_owner(client, found)
        status, serves = ENDPOINT.status(found), found.get("EndpointConfigName")
        # Its deletion may take a while to show. Whatever else is there now, somebody else has made.
        if status in _ON_THE_WAY or (status == "Failed" and done == "deleted"):
            return self._wait(done, waited_seconds)
        done = "reused" if done == "deleted" else done
        if status == "InService" and serves == wanted:
            self.log.info("endpoint %s serves %s: %s", name, wanted, done)
            return {"name": name, "arn": found["EndpointArn"], "config": wanted, "action": done}
        if done == "reused" and status == "Failed":
            return self._wait(self._delete(client, found), waited_seconds)
        if done == "reused" and status in _TO_UPDATE | {"InService"}:
            return self._wait(self._update(client, status), waited_seconds)
        reason = found.get("FailureReason") or "SageMaker gives no reason"
        raise errors.EndpointFailed(
            f"The endpoint {name} is {status} and serves {serves}, not {wanted}: {reason}\n"
            "The next deployment deletes a Failed endpoint and makes it again. Mend the reason, or put another "
            "champion in place; or clear this task to try the same once more."
        )

    def _delete(self, client: Any, found: Any) -> str:
        from botocore.exceptions import ClientError

        name, reason = found["EndpointName"], found.get("FailureReason") or "SageMaker gives no reason"
        self.log.warning("endpoint %s is Failed, so it is deleted and made again. It failed because: %s", name, reason)
        try:
            client.delete_endpoint(EndpointName=name)
        except ClientError as error:
            # Another task was faster: it is gone, or being made again.
            if not is_absent(error) and not _is_changing(error):
                raise
        return "deleted"

    def _create(self, client: Any, done: str) -> str:
        from botocore.exceptions import ClientError

        try:
            client.create_endpoint(**self.config)
        except ClientError as error:
            if not already_exists(error):
                raise
            return "reused"
        return done

    def _update(self, client: Any, status: str) -> str:
        from botocore.exceptions import ClientError

        try:
            client.update_endpoint(**{name: value for name, value in self.config.items() if name != "Tags"})
        except ClientError as error:
            if _is_changing(error):
                return "reused"
            if status not in _TO_UPDATE:
                raise
            raise errors.RequestRefused(
                f"The endpoint {self.config['EndpointName']} is {status}, and AWS refuses to update it: {error}\n"
                "Delete it in the console, then clear this task: it makes the endpoint again."
            ) from error
        return "updated"

    def _check_owner(self, client: Any, found: Any) -> None:
        own = {tag["Key"]: tag["Value"] for tag in self.config.get("Tags", [])}.get(_MODEL_TAG)
        if own is None or tags_of(client, found["EndpointArn"]).get(_MODEL_TAG) != own:
            raise errors.NameTaken(
                f"The endpoint {found['EndpointName']!r} exists and does not have the tag {_MODEL_TAG}={own}, so it is "
                "somebody else's and stays as it is. Delete or rename it, or give it that tag."
            )

    def _wait(self, done: str, waited_seconds: float) -> dict[str, Any]:
        if waited_seconds >= self.time_limit.total_seconds():
            raise errors.DeadlinePassed(
                f"The endpoint {self.config['EndpointName']} was not in service after {self.time_limit}. Look at its "
                "page in the console; clear this task to wait again, or give it a longer time_limit."
            )
        pause = min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, waited_seconds / 2))
        if self.deferrable:
            self.defer(trigger=PauseTrigger(pause, waited_seconds + pause), method_name=_AFTER[done])
        time.sleep(pause)
        return self._look(done, waited_seconds + pause)


def _is_changing(error: Any) -> bool:
    """Whether botocore's ClientError says that the endpoint is being changed at this moment."""
    return "in-progress" in error.response["Error"]["Message"]
