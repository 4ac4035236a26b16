"""Train or tune, make a model, transform: the shortest chain of the operators, for Airflows that are disturbed."""

from __future__ import annotations

from typing import Any

BUCKET = "s3://chaos"
# Trainings of a tuning job: one more than run at once, so that there is one that must not begin once it is stopped.
TRAININGS, AT_ONCE = 3, 2
_ROLE = "arn:aws:iam::123456789012:role/sagemaker"
_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


def chain(run: str, rounds: str, *, deferrable: bool, tunes: bool = False) -> None:
    """Put the chain into the DAG whose context is open.

    :param run: what the names of a run's jobs end with (a template).
    :param rounds: of each training, which decide how long it lasts (a template).
    :param tunes: begin with a tuning job instead of a training.
    """
    from airflow_sagemaker_once.operators import (
        AutopilotModelOperator,
        AutopilotTrainingOperator,
        AutopilotTransformOperator,
        AutopilotTuningOperator,
    )

    first: Any = (
        AutopilotTuningOperator(task_id="tune", config=_tuning(run, rounds), deferrable=deferrable)
        if tunes
        else AutopilotTrainingOperator(task_id="train", config=_training(run, rounds), deferrable=deferrable)
    )
    (
        first
        >> AutopilotModelOperator(task_id="model", config=_model(run, first.task_id), deferrable=deferrable)
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


def _tuning(run: str, rounds: str) -> dict[str, Any]:
    definition = _training(run, rounds)
    del definition["TrainingJobName"]
    definition["StaticHyperParameters"] = definition.pop("HyperParameters")
    depth = {"Name": "max_depth", "MinValue": "5", "MaxValue": "7"}
    return {
        "HyperParameterTuningJobName": f"chaos-tune-{run}",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": TRAININGS, "MaxParallelTrainingJobs": AT_ONCE},
            "ParameterRanges": {"IntegerParameterRanges": [depth]},
        },
        "TrainingJobDefinition": definition,
    }


def _channel(name: str) -> dict[str, object]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/in/{name}/"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def _model(run: str, first: str) -> dict[str, Any]:
    return {
        "ModelName": f"chaos-model-{run}",
        "ExecutionRoleArn": _ROLE,
        "PrimaryContainer": {"Image": _IMAGE, "ModelDataUrl": f"{{{{ ti.xcom_pull(task_ids='{first}')['uri'] }}}}"},
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
