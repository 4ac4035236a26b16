"""Many batch transforms in few tasks: Airflow maps a task over so many values only (``core.max_map_length``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from airflow_sagemaker_once import rendered
from airflow_sagemaker_once.operators import AutopilotTransformOperator
from airflow_sagemaker_once.requested import made, requested

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context

# What generations and new jobs after failed ones add to a name.
_SUFFIX = r"(-g\d+)?(-r\d+)?"


class AutopilotTransformsOperator(AutopilotTransformOperator):
    """Batch transforms, one after the other; each is a job of its own, adopted, reused and stopped like any other.

    Gives a list: what :class:`AutopilotTransformOperator` gives for each. A task that is tried again reuses those that
    are done. Usually mapped: ``AutopilotTransformsOperator.partial(task_id="featurize").expand(configs=batches)``, or
    with a function ``AutopilotTransformsOperator.partial(task_id="featurize", configs=made).expand(batch=batches)``.

    :param configs: what ``config`` of :class:`AutopilotTransformOperator` is, several times (templated; an XComArg
        keeps its types; one template may give all of it), or a function that gives them.
    :param batch: what that function is given besides ``op_kwargs``, as ``batch``, where it is not None (templated).
    """

    template_fields: Sequence[str] = (*AutopilotTransformOperator.template_fields, "configs", "batch")
    operator_extra_links: Collection[BaseOperatorLink] = AutopilotTransformOperator.operator_extra_links

    def __init__(
        self,
        *,
        configs: Callable[..., Sequence[dict[str, Any]] | None] | Sequence[dict[str, Any] | str] | str,
        batch: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config={}, **kwargs)
        self.configs = requested(configs)
        self.batch = batch

    def execute(self, context: Context) -> list[dict[str, Any]]:  # type: ignore[override]
        """Make sure that each job exists once, in turn, and wait for it."""
        return self._each(context, {})

    def resume(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on after the wait for one of the jobs; those before it are done and found again by their names."""
        # A worker that waits itself comes here from within.
        return self._each(context, event) if self.deferrable else super().resume(context, event)

    def ask_again(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on after waiting for capacity for the first job that there is not yet."""
        return self._each(context, event)

    def _each(self, context: Context, event: dict[str, Any]) -> list[dict[str, Any]]:
        done = []
        arguments = self.op_kwargs if self.batch is None else {**self.op_kwargs, "batch": self.batch}
        for config in rendered.mappings(made(self.configs, arguments)):
            self.config, self._s3_operations = config, None
            name = rendered.mapping(self.request).get(self.kind.name_member, "")
            waited_for = bool(re.fullmatch(rf"{re.escape(name)}{_SUFFIX}", event.get("name", "")))
            done.append(self._one(context, event, waited_for))
            if waited_for or done[-1]["action"] != "reused":
                event = {}
        return done

    def _one(self, context: Context, event: dict[str, Any], waited_for: bool) -> dict[str, Any]:
        if waited_for:
            return super().resume(context, event)
        if event and "name" not in event:
            return super().ask_again(context, event)
        return super().execute(context)
