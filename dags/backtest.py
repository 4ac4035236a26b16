"""Would retraining have paid? ``<model>_backtest``, by hand, after a backfill.

Every model predicts every later drop, rows only that it never saw: one small batch transform for each model that has
not done so yet. Then schedules of retraining are compared by loss and cost, and one is recommended
(docs/freshness.md). A second run pays only for what came since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot.backtesting import deal, prepare_backtest
from airflow_autopilot.budgeting import budget, check_backtest_budget, has_budget
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.parsing import models_for
from airflow_autopilot.steps import task
from airflow_sagemaker_once.transforms import AutopilotTransformsOperator
from include.autopilot.settings.options import BacktestOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def backtest(model: ModelConfig) -> DAG:
    """Wire the backtest DAG of one model."""

    @dag(
        dag_id=f"{model.name}_backtest",
        description=f"Would other schedules of retraining {model.title} have paid?",
        schedule=None,
        start_date=model.start_date,
        catchup=False,
        # Two at once would both pay for the same answers.
        max_active_runs=1,
        default_args=task_defaults(model),
        tags=["autopilot", "backtest", model.name],
        **described(model, __doc__),
        on_failure_callback=on_failure(model),
    )
    def wire() -> None:
        prepared = task(flow(prepare_backtest))()
        dealt = task(flow(deal))()
        predict = AutopilotTransformsOperator.partial(
            task_id="predict",
            configs=flow("backtest.requests"),
            map_index_template="{{ task.batch['name'] }}",
        ).expand(batch=dealt)
        # Also where nothing had to be asked, and where a job failed: what the others answered is kept.
        reported = task(flow("backtest.report"), trigger_rule="all_done")()
        prepared >> dealt
        predict >> reported
        if has_budget(model):
            prepared >> budget(model, prepared, check_backtest_budget) >> dealt

    return with_form(wire(), BacktestOptions.form(model))


for _model in models_for("backtest"):
    globals()[f"{_model.name}_backtest"] = backtest(_model)
