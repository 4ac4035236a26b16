"""Retrain the Autopilot winner on every new drop: one DAG, ``<model>_retrain``, per file in include/models/."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Param, dag, task

from airflow_autopilot import assets, tails
from airflow_autopilot.approval import approval
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.operators import (
    AutopilotModelOperator,
    AutopilotSearchOperator,
    AutopilotTrainingOperator,
    AutopilotTransformOperator,
)
from airflow_autopilot.steps import announcing, checking, gating, opening, retraining
from include.autopilot.config import load_models
from include.autopilot.options import form

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


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
        params={name: Param(**schema) for name, schema in form(model).items()},
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "records": opening.RECORDS},
        tags=["autopilot", "retrain", model.name],
        doc_md=__doc__,
        on_failure_callback=on_failure(model),
    )
    def wire() -> None:
        run = task(opening.open_run)(model.name)
        sources = [assets.drops(model), assets.template(model)]
        plan = task(retraining.prepare, multiple_outputs=True, inlets=sources)(run)["plan"]
        drifted = task(checking.check_drift)(run, plan)
        # Everything below is skipped after a dry run, whatever its trigger rule.
        checked = task.short_circuit(retraining.preflight)(run, plan)
        # Where a path does not pass, Airflow skips tasks, which must not skip what follows: hence none_failed.
        passed = {"trigger_rule": "none_failed"}
        path = task.branch(retraining.choose_path, **passed)(plan)

        fitting = task(retraining.fit_request)(plan)
        fit = AutopilotTrainingOperator(task_id="fit_featurizer", config=fitting)
        featurizing = task(retraining.featurizer_request)(plan, fit.output)
        featurizer = AutopilotModelOperator(task_id="create_featurizer", config=featurizing)
        # Features are made once per drop: a run makes only the missing ones.
        missing = task(retraining.missing_features, **passed)(plan, featurizer.output)
        features = [assets.features(model)]
        featurize = AutopilotTransformOperator.partial(task_id="featurize", inlets=sources, outlets=features).expand(
            config=missing
        )
        training = task(retraining.training_request, **passed)(plan)
        train = AutopilotTrainingOperator(task_id="train", config=training, inlets=features)
        searching = task(retraining.search_again_request)(plan)
        search = AutopilotSearchOperator(task_id="search_again", config=searching)
        # What the jobs will read is written; before they start, every row of it is looked at.
        guarded = task(checking.guard, **passed)(run, plan)

        pipeline = task(retraining.model_request, **passed)(plan, train.output, fit.output, search.output)
        trained = [assets.trained_model(model)]
        create_model = AutopilotModelOperator(task_id="create_model", config=pipeline, inlets=features, outlets=trained)
        prediction = task(retraining.prediction_request)(plan, create_model.output)
        predicted = [assets.predictions(model)]
        predict = AutopilotTransformOperator(
            task_id="predict_holdout", config=prediction, inlets=trained, outlets=predicted
        )
        evaluated = task(retraining.evaluate, inlets=predicted)(plan, predict.output)

        # The champion answers the same holdout in the same run; skipped where there is none.
        challenging = task(gating.champion_request)(run, plan)
        champion = AutopilotModelOperator(task_id="create_champion", config=challenging)
        asking = task(gating.champion_prediction_request)(plan, champion.output)
        ask = AutopilotTransformOperator(task_id="predict_champion", config=asking)
        judged = task(gating.judge, **passed)(run, plan, create_model.output, ask.output)
        registered = task(gating.register)(run, plan, create_model.output)
        promoted = task(gating.promote, **passed)(run, plan, registered)

        jobs = [fit, featurizer, featurize, train, search, create_model, predict, champion, ask]
        reported = task(retraining.report, **passed)(plan, {job.task_id: job.output for job in jobs})
        drifted >> checked
        tails.guard(model, run, checked, plan, path)
        path >> [fitting, missing, training, searching]
        featurize >> training
        [training, searching] >> guarded >> [train, search]
        evaluated >> challenging
        judged >> registered
        if model.approval == "required":
            question, approved = approval(model.approval_timeout_seconds)
            task.branch(gating.choose_approval)(registered) >> [question, promoted]
            approved >> promoted
        promoted >> reported
        tails.conclude(model, run, plan, reported)
        task(announcing.announce, inlets=trained, outlets=[assets.champion(model)])(promoted)

    return wire()


for _model in load_models():
    globals()[f"{_model.name}_retrain"] = retrain(_model)
