"""What the Amazon provider's registry and endpoint operators call, over the Airflow connection alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerCreateExperimentOperator,
    SageMakerDeleteModelOperator,
    SageMakerEndpointConfigOperator,
    SageMakerEndpointOperator,
    SageMakerModelOperator,
    SageMakerProcessingOperator,
    SageMakerRegisterModelVersionOperator,
    SageMakerTrainingOperator,
    SageMakerTransformOperator,
    SageMakerTuningOperator,
)
from airflow.providers.amazon.aws.sensors.sagemaker import SageMakerEndpointSensor

from tests.include.local_aws.endpoints import variant
from tests.include.local_aws.jobs import INSTANCE, ROLE, XGBOOST, Clients, csv, processing, table, unique
from tests.include.local_aws.scripts import SKLEARN, body_at

pytestmark = pytest.mark.whole

ROWS = csv(table(3)[:, 1:])


def _context() -> Any:
    return {}


def _invoke(name: str) -> bytes:
    runtime = AwsBaseHook("aws_default", client_type="sagemaker-runtime").get_conn()
    answer = runtime.invoke_endpoint(EndpointName=name, Body=ROWS, ContentType="text/csv")
    body: bytes = answer["Body"].read()
    return body


def test_the_endpoint_operators(clients: Clients, model: str) -> None:
    name, using = unique("endpoint"), unique("config")
    config = {"EndpointConfigName": using, "ProductionVariants": [variant(model, InitialInstanceCount="1")]}
    made = SageMakerEndpointConfigOperator(task_id="config", config=config).execute(_context())
    assert made["EndpointConfig"]["EndpointConfigName"] == using
    endpoint = {"EndpointName": name, "EndpointConfigName": using}
    created = SageMakerEndpointOperator(task_id="create", config=endpoint, check_interval=1).execute(_context())
    assert created["Endpoint"]["EndpointStatus"] == "InService"
    assert len(_invoke(name).split(b",")) == 3
    assert SageMakerEndpointSensor(task_id="wait", endpoint_name=name).poke(_context())
    # It exists: the operator that creates it updates it, one that updates it does so, too.
    for number, operation in enumerate(("create", "update")):
        using = f"{made['EndpointConfig']['EndpointConfigName']}-{number}"
        clients.sagemaker.create_endpoint_config(EndpointConfigName=using, ProductionVariants=[variant(model)])
        operator = SageMakerEndpointOperator(
            task_id=operation,
            config={"EndpointName": name, "EndpointConfigName": using},
            operation=operation,
            check_interval=1,
        )
        assert operator.execute(_context())["Endpoint"]["EndpointConfigName"] == using
    clients.sagemaker.delete_endpoint(EndpointName=name)


def test_the_register_operator(clients: Clients) -> None:
    group = unique("group")
    for version in (1, 2):  # the second time the group is there
        operator = SageMakerRegisterModelVersionOperator(
            task_id="register",
            image_uri=XGBOOST,
            model_url="s3://nowhere/model.tar.gz",
            package_group_name=group,
            extras={"SkipModelValidation": "All"},
        )
        arn = operator.execute(_context())
        assert arn.endswith(f":model-package/{group}/{version}")
    assert SageMakerHook("aws_default").create_model_package_group(group) is False


KNN = "382416733822.dkr.ecr.us-east-1.amazonaws.com/knn:1"
# Every other row trains; of the others the class is asked.
SPLIT = """
from pathlib import Path

rows = Path("/opt/ml/processing/input/raw.csv").read_text().splitlines()[1:]
out = Path("/opt/ml/processing/output")
(out / "train.csv").write_text("\\n".join(rows[::2]) + "\\n")
(out / "ask.csv").write_text("\\n".join(row.partition(",")[2] for row in rows[1::2]) + "\\n")
"""
QUICK: dict[str, Any] = {"check_interval": 1}


def _channel(uri: str, name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def _prepared(clients: Clients, bucket: str, name: str) -> str:
    """Split a table with the processing operator; answers where the parts are."""
    raw = "class,x,y\n" + "".join(f"{int(number > 30)},{number + 99 * (number > 30)},0\n" for number in range(60))
    clients.s3.put_object(Bucket=bucket, Key=f"{name}/in/raw.csv", Body=raw.encode())
    clients.s3.put_object(Bucket=bucket, Key=f"{name}/code/split.py", Body=SPLIT.encode())
    config = processing(bucket, name, image=SKLEARN)
    config["ProcessingInputs"][0]["S3Input"]["S3Uri"] = f"s3://{bucket}/{name}/in/"
    code = dict(config["ProcessingInputs"][0]["S3Input"])
    code |= {"S3Uri": f"s3://{bucket}/{name}/code/", "LocalPath": "/opt/ml/processing/code"}
    config["ProcessingInputs"].append({"InputName": "code", "S3Input": code})
    config["AppSpecification"]["ContainerEntrypoint"] = ["python3", "/opt/ml/processing/code/split.py"]
    SageMakerProcessingOperator(task_id="split", config=config, print_log=False, **QUICK).execute(_context())
    return f"s3://{bucket}/processed/{name}"


def _definition(bucket: str, parts: str, *channels: str) -> dict[str, Any]:
    return {
        "AlgorithmSpecification": {"TrainingImage": KNN, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "InputDataConfig": [_channel(f"{parts}/train.csv", name) for name in channels],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/knn/"},
        "ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def test_the_operators_from_raw_rows_to_predictions(clients: Clients, bucket: str) -> None:
    name = unique("knn")
    parts = _prepared(clients, bucket, name)
    fixed = {"predictor_type": "classifier", "feature_dim": "2"}
    training = {
        **_definition(bucket, parts, "train"),
        "TrainingJobName": name,
        "HyperParameters": {**fixed, "k": "3", "sample_size": "600"},
        "ExperimentConfig": {"ExperimentName": name},
    }
    trained = SageMakerTrainingOperator(task_id="train", config=training, print_log=False, **QUICK).execute(_context())
    artifact = trained["Training"]["ModelArtifacts"]["S3ModelArtifacts"]
    model = {
        "ModelName": name,
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {"Mode": "SingleModel", "Image": KNN, "ModelDataUrl": artifact},
    }
    SageMakerModelOperator(task_id="model", config=model).execute(_context())
    limits = {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 3}
    depth = {"Name": "k", "MinValue": "1", "MaxValue": "30"}
    tuning = {
        "HyperParameterTuningJobName": name[:30],
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"MetricName": "test:accuracy", "Type": "Maximize"},
            "ResourceLimits": limits,
            "ParameterRanges": {"CategoricalParameterRanges": [], "IntegerParameterRanges": [depth]},
        },
        "TrainingJobDefinition": {
            **_definition(bucket, parts, "train", "test"),
            "StaticHyperParameters": {**fixed, "sample_size": "600"},
        },
    }
    tuned = SageMakerTuningOperator(task_id="tune", config=tuning, **QUICK).execute(_context())
    best = tuned["Tuning"]["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert 0.5 < best["Value"] <= 1
    transform = {
        "TransformJobName": name,
        "ModelName": name,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{parts}/ask.csv"}},
            "SplitType": "Line",
            "ContentType": "text/csv",
        },
        "TransformOutput": {"S3OutputPath": f"s3://{bucket}/predictions"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": INSTANCE},
    }
    SageMakerTransformOperator(task_id="transform", config=transform, **QUICK).execute(_context())
    answer = json.loads(body_at(clients, f"s3://{bucket}/predictions/ask.csv.out"))
    expected = [float(number > 30) for number in range(1, 60, 2)]
    assert [one["predicted_label"] for one in answer["predictions"]] == expected
    SageMakerDeleteModelOperator(task_id="delete", config={"ModelName": name}).execute(_context())
    assert clients.sagemaker.list_models(NameContains=name)["Models"] == []


def test_what_these_operators_cannot_do_here_says_so(clients: Clients, tables: str) -> None:
    own = "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-own-preparation"
    operator = SageMakerProcessingOperator(task_id="own", config=processing(tables, unique("own"), image=own), **QUICK)
    with pytest.raises(Exception, match=f"Requested image {own} not found: no local runtime for the image"):
        operator.execute(_context())
    experiment = SageMakerCreateExperimentOperator(task_id="experiment", name=unique("e"))
    with pytest.raises(Exception, match="The operation CreateExperiment is not done by the embedded AWS endpoint"):
        experiment.execute(_context())


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"])
def test_the_environment_points_there_too(clients: Clients, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    monkeypatch.setenv(variable, clients.url)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    runtime = boto3.client("sagemaker-runtime", region_name="us-east-1", **keys)
    with pytest.raises(runtime.exceptions.ValidationError, match="Endpoint never-made of account"):
        runtime.invoke_endpoint(EndpointName="never-made", Body=b"1")
