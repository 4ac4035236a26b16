"""The chain that is disturbed: train, make a model, transform; once deferred, once waiting in the worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from airflow_sagemaker_once.operators import (
    AutopilotModelOperator,
    AutopilotTrainingOperator,
    AutopilotTransformOperator,
)

BUCKET = "s3://chaos"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


def channel(name: str) -> dict[str, object]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/in/{name}/"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


TRAINING = {
    "TrainingJobName": "chaos-train-{{ run_id }}",
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "RoleArn": ROLE,
    "InputDataConfig": [channel("train"), channel("validation")],
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    # The number of rounds decides how long a job lasts. What a person clears was long, what follows is short.
    "HyperParameters": {
        "num_round": "{{ dag_run.conf['rounds' if ti.max_tries == task.retries else 'rounds_after_clear'] }}",
        "objective": "reg:squarederror",
        # Learning slowly keeps the trees large: with a fitted model every further round would take no time.
        "eta": "0.001",
    },
}
MODEL = {
    "ModelName": "chaos-model-{{ run_id }}",
    "ExecutionRoleArn": ROLE,
    "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": "{{ ti.xcom_pull(task_ids='train')['uri'] }}"},
}
TRANSFORM = {
    "TransformJobName": "chaos-predict-{{ run_id }}",
    "ModelName": "{{ ti.xcom_pull(task_ids='model')['name'] }}",
    "TransformInput": {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/holdout/"}},
        "ContentType": "text/csv",
        "SplitType": "Line",
    },
    "TransformOutput": {
        "S3OutputPath": f"{BUCKET}/predictions/{{{{ run_id }}}}",
        "Accept": "text/csv",
        "AssembleWith": "Line",
    },
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}

for _dag_id, _deferrable in (("chaos_deferred", True), ("chaos_waiting", False)):
    with DAG(
        _dag_id,
        schedule=None,
        start_date=datetime(2024, 1, 1, tzinfo=UTC),
        is_paused_upon_creation=False,
        max_active_runs=64,
        max_active_tasks=64,
        # A run may meet other scenarios' kills besides its own; the second keeps a retry from waiting for nothing.
        default_args={"retries": 12, "retry_delay": timedelta(seconds=1)},
    ) as _dag:
        (
            AutopilotTrainingOperator(task_id="train", config=TRAINING, deferrable=_deferrable)
            >> AutopilotModelOperator(task_id="model", config=MODEL, deferrable=_deferrable)
            >> AutopilotTransformOperator(task_id="predict", config=TRANSFORM, deferrable=_deferrable)
        )
    globals()[_dag_id] = _dag
