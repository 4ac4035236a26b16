"""Retrain the Autopilot winner on every new drop: one DAG, `<model>_retrain`, per file in include/models/.

1. *prepare* settles what the run may see: the drops up to the cutoff, and nothing later.
2. *check* looks at columns, keys and drift, and whether jobs could start. A dry run ends here: nothing was paid for.
3. *exam*: what the champion makes of the new drops before anything learns from them.
4. *featurize* makes the features of each drop once; every later run uses them.
5. *guard* reads every row that will train, and stops if one of them is held out or later than the cutoff.
6. *train*, *create_model*, *predict*: the winner once more, and its answers on rows that no training saw.
7. *judge* compares with the champion on the same rows. *promote* puts the better one in place, or keeps the champion.
8. *report* says why. The tab *Model report* of a run has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, TaskGroup, dag

from airflow_autopilot import assets
from airflow_autopilot.approval import approval
from airflow_autopilot.budgeting import budget, has_budget
from airflow_autopilot.concluding import conclude, report
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.examining import exam_tasks
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.lateness import deadline
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.opening import prepare
from airflow_autopilot.parsing import models_for
from airflow_autopilot.promoting import promote, register
from airflow_autopilot.retraining import preflight, seal, second_challenger, tuning
from airflow_autopilot.steps import task
from airflow_sagemaker_once.operators import (
    AutopilotModelOperator,
    AutopilotSearchOperator,
    AutopilotTrainingOperator,
    AutopilotTransformOperator,
)
from airflow_sagemaker_once.transforms import AutopilotTransformsOperator
from include.autopilot.settings.options import RunOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def retrain(model: ModelConfig) -> DAG:
    """Wire the retraining DAG of one model."""

    @dag(
        dag_id=f"{model.name}_retrain",
        description=f"Retrain {model.title} on every drop up to the cutoff",
        schedule=assets.schedule_of(model),
        start_date=model.start_date,
        catchup=False,
        # Runs may overlap: each writes only into its own folder, or what is named after its content, and two that need
        # the same features adopt one job. What comes first is settled by conditional writes (docs/adr/0011-drops.md).
        max_active_runs=4,
        default_args=task_defaults(model),
        tags=["autopilot", "retrain", model.name],
        **described(model, __doc__),
        on_failure_callback=on_failure(model),
        deadline=deadline(model),
    )
    def wire() -> None:
        sources, features = [assets.drops(model), assets.template(model)], [assets.features(model)]
        trained, predicted = [assets.trained_model(model)], [assets.predictions(model)]
        # A group that did not run must not skip what it joins.
        joins = {"trigger_rule": "none_failed"}

        run = task(flow(prepare), inlets=sources)()
        with TaskGroup("check", prefix_group_id=False):
            drift = task(flow("retrain.check_drift"))()
            checked = task(flow(preflight))()
            # A dry run ends here.
            sealed = task(flow(seal), **joins)()
        with TaskGroup("refit", prefix_group_id=False):
            fit = AutopilotTrainingOperator(task_id="fit_featurizer", config=flow("jobs.fit_request"))
            featurizer = AutopilotModelOperator(
                task_id="create_featurizer",
                config=flow("jobs.featurizer_request"),
                op_kwargs={"fitted": fit.output},
            )
        # Features are made once per drop: a run makes only the missing ones.
        featurize = AutopilotTransformsOperator.partial(
            task_id="featurize",
            configs=flow("jobs.featurize_requests"),
            op_kwargs={"featurizer": featurizer.output},
            map_index_template="{{ task.batch['name'] }}",
            inlets=sources,
            outlets=features,
            **joins,
        ).expand(batch=sealed)
        # What the jobs will read is written; before they start, every row of it is looked at.
        guarded = task(flow("retrain.guard"), inlets=features, **joins)()
        train = AutopilotTrainingOperator(task_id="train", config=flow("jobs.training_request"), inlets=features)
        with TaskGroup("searching", prefix_group_id=False, group_display_name="search again"):
            search = AutopilotSearchOperator(
                task_id="search_again", config=flow("jobs.search_again_request"), take_over=True
            )
        made = {"trained": train.output, "fitted": fit.output, "searched": search.output}
        if model.retunes:
            # A tuning job around the winner; the better one of its best training and the replay goes on.
            with TaskGroup("retuning", prefix_group_id=False, group_display_name="retune"):
                tune = tuning()
            guarded >> tune
            made["tuned"] = tune.output
        create_model = AutopilotModelOperator(
            task_id="create_model",
            config=flow("jobs.model_request"),
            op_kwargs=made,
            inlets=features,
            outlets=trained,
            **joins,
        )
        predict = AutopilotTransformOperator(
            task_id="predict",
            config=flow("jobs.prediction_request"),
            op_kwargs={"created": create_model.output},
            inlets=trained,
            outlets=predicted,
        )
        # The champion answers the same holdout in the same run, beside the training; skipped where there is none.
        with TaskGroup("champion", prefix_group_id=False):
            champion = AutopilotModelOperator(task_id="create_champion", config=flow("jobs.champion_request"))
            ask = AutopilotTransformOperator(
                task_id="predict_champion",
                config=flow("jobs.champion_prediction_request"),
                op_kwargs={"champion": champion.output},
            )
        answered = {"created": create_model.output, "predicted": predict.output, "asked": ask.output}
        if model.window == "auto":
            # After a decline, a second model of the drops since the change; skipped without one.
            with TaskGroup("window", prefix_group_id=False):
                train_window, second = second_challenger()
            guarded >> train_window
            answered |= second
        judged = task(flow("retrain.judge"), inlets=predicted, **joins)(**answered)
        registered = task(flow(register))(judged=judged)
        promoted = task(flow(promote), inlets=trained, outlets=[assets.new_champion(model)], **joins)(
            registered=registered
        )
        reported = task(flow(report))()
        if model.exam == "on":
            # Before the run's drops are learned from the champion shows what it makes of them.
            with TaskGroup("exam", prefix_group_id=False):
                examinee, marked = exam_tasks()
            sealed >> examinee
            marked >> reported

        run >> [drift, checked] >> sealed >> [fit, champion]
        featurize >> guarded >> [train, search] >> create_model
        promoted >> reported
        if has_budget(model):
            [drift, checked] >> budget(model, checked) >> sealed
        if model.approval == "required":
            registered >> approval(model.approval_timeout_seconds) >> promoted
        conclude(model, run, reported)

    return with_form(wire(), RunOptions.form(model))


for _model in models_for("retrain"):
    globals()[f"{_model.name}_retrain"] = retrain(_model)
