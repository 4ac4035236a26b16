"""Train, make a model, transform: the shortest chain of the operators, for Airflows that are disturbed."""

from __future__ import annotations

from typing import Any

BUCKET = "s3://chaos"
_ROLE = "arn:aws:iam::123456789012:role/sagemaker"
_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


def chain(run: str, rounds: str, *, deferrable: bool) -> None:
    """Put the chain into the DAG whose context is open.

    :param run: what the names of a run's jobs end with (a template).
    :param rounds: of the training, which decide how long it lasts (a template).
    """
    from airflow_sagemaker_once.operators import (
        AutopilotModelOperator,
        AutopilotTrainingOperator,
        AutopilotTransformOperator,
    )

    (
        AutopilotTrainingOperator(task_id="train", config=_training(run, rounds), deferrable=deferrable)
        >> AutopilotModelOperator(task_id="model", config=_model(run), deferrable=deferrable)
        >> AutopilotTransformOperator(task_id="predict", config=_transform(run), deferrable=deferrable)
    )


def _training(run: str, rounds: str) -> dict[str, Any]:
    return {
        "TrainingJobName": f"chaos-train-{run}",
        "AlgorithmSpecification": {"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
        "RoleArn": _ROLE,
        "InputDataConfig": [_channel("train"), _channel("validation")],
        "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "HyperParameters": {
            "num_round": rounds,
            "objective": "reg:squarederror",
            # Learning slowly keeps the trees large: with a fitted model every further round would take no time.
            "eta": "0.001",
        },
    }


def _channel(name: str) -> dict[str, object]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/in/{name}/"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def _model(run: str) -> dict[str, Any]:
    return {
        "ModelName": f"chaos-model-{run}",
        "ExecutionRoleArn": _ROLE,
        "PrimaryContainer": {"Image": _IMAGE, "ModelDataUrl": "{{ ti.xcom_pull(task_ids='train')['uri'] }}"},
    }


def _transform(run: str) -> dict[str, Any]:
    return {
        "TransformJobName": f"chaos-predict-{run}",
        "ModelName": "{{ ti.xcom_pull(task_ids='model')['name'] }}",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/holdout/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"{BUCKET}/predictions/{run}",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
