"""One DAG starts another one, if there is a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

if TYPE_CHECKING:
    from airflow.sdk import Context


class TriggerWithForm(TriggerDagRunOperator):
    """Starts a run with a form that is made when the task runs, or is skipped; one run for each run id.

    :param form: gives the form, None where there is no reason for a run.
    :param op_kwargs: what ``form`` is called with (templated).
    """

    template_fields = (*TriggerDagRunOperator.template_fields, "op_kwargs")

    def __init__(
        self, *, form: Callable[..., dict[str, Any] | None], op_kwargs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(skip_when_already_exists=True, **kwargs)
        self.form, self.op_kwargs = form, op_kwargs or {}

    def execute(self, context: Context) -> Any:
        """Start the run if there is a reason."""
        self.conf = self.form(**self.op_kwargs)
        if self.conf is None:
            raise AirflowSkipException("There is no reason to start anything.")
        return super().execute(context)
