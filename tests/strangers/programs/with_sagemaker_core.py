"""What sagemaker-core's resources do: a training, a model, a transform, an endpoint, a tuning job, lists."""

from __future__ import annotations

import json
import os
import sys

import boto3
from sagemaker.core.helper import session_helper
from sagemaker.core.resources import (
    Endpoint,
    EndpointConfig,
    HyperParameterTuningJob,
    Model,
    TrainingJob,
    TransformJob,
)
from sagemaker.core.shapes import shapes

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


session_helper.sts_regional_endpoint = lambda _: os.environ["AWS_ENDPOINT_URL"]
boto3.setup_default_session()
whole = session_helper.Session(boto_session=boto3.DEFAULT_SESSION)
bucket = whole.default_bucket()
s3 = boto3.client("s3")
rows = "".join(f"{x * 2 + y},{x},{y}\n" for x in range(20) for y in range(10))
for name in ("train", "validation"):
    s3.put_object(Bucket=bucket, Key=f"{name}/rows.csv", Body=rows.encode())
for part in ("rows", "more"):
    s3.put_object(Bucket=bucket, Key=f"ask/{part}.csv", Body=b"1,2\n3,4\n")


def channel(name):
    """Return a channel of CSV."""
    source = shapes.S3DataSource(s3_data_type="S3Prefix", s3_uri=f"s3://{bucket}/{name}/")
    return shapes.Channel(
        channel_name=name, content_type="text/csv", data_source=shapes.DataSource(s3_data_source=source)
    )


fixed = {"num_round": "5", "objective": "reg:squarederror"}
given = {
    "role_arn": ROLE,
    "output_data_config": shapes.OutputDataConfig(s3_output_path=f"s3://{bucket}/out"),
    "input_data_config": [channel("train"), channel("validation")],
    "resource_config": shapes.ResourceConfig(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
    "stopping_condition": shapes.StoppingCondition(max_runtime_in_seconds=600),
}
step = 0


def done(what):
    """Count one thing that worked."""
    global step
    step += 1
    print(what, file=sys.stderr)


job = TrainingJob.create(
    training_job_name="core",
    hyper_parameters=fixed,
    algorithm_specification=shapes.AlgorithmSpecification(training_image=IMAGE, training_input_mode="File"),
    **given,
)
done("TrainingJob.create")
job.wait(poll=1)
assert job.training_job_status == "Completed"
done("TrainingJob.wait")
assert [one.training_job_name for one in TrainingJob.get_all(name_contains="core")] == ["core"]
done("TrainingJob.get_all")
artifact = TrainingJob.get("core").model_artifacts.s3_model_artifacts
done("TrainingJob.get")
model = Model.create(
    model_name="core",
    primary_container=shapes.ContainerDefinition(image=IMAGE, model_data_url=artifact),
    execution_role_arn=ROLE,
)
done("Model.create")
source = shapes.TransformS3DataSource(s3_data_type="S3Prefix", s3_uri=f"s3://{bucket}/ask/")
transform = TransformJob.create(
    transform_job_name="core",
    model_name="core",
    transform_input=shapes.TransformInput(
        data_source=shapes.TransformDataSource(s3_data_source=source), content_type="text/csv", split_type="Line"
    ),
    transform_output=shapes.TransformOutput(s3_output_path=f"s3://{bucket}/predictions", assemble_with="Line"),
    transform_resources=shapes.TransformResources(instance_type="ml.m5.large", instance_count=2),
)
transform.wait(poll=1)
assert transform.transform_job_status == "Completed"
assert s3.list_objects_v2(Bucket=bucket, Prefix="predictions/")["KeyCount"] == 2
done("TransformJob.create, wait")
variant = shapes.ProductionVariant(
    variant_name="a", model_name="core", instance_type="ml.m5.large", initial_instance_count=1
)
config = EndpointConfig.create(endpoint_config_name="core", production_variants=[variant])
done("EndpointConfig.create")
endpoint = Endpoint.create(endpoint_name="core", endpoint_config_name="core")
endpoint.wait_for_status("InService", poll=1)
done("Endpoint.create, wait_for_status")
assert endpoint.invoke(body=b"1,2\n", content_type="text/csv").body.read().strip()
done("Endpoint.invoke")
tuning = HyperParameterTuningJob.create(
    hyper_parameter_tuning_job_name="core",
    hyper_parameter_tuning_job_config=shapes.HyperParameterTuningJobConfig(
        strategy="Random",
        hyper_parameter_tuning_job_objective=shapes.HyperParameterTuningJobObjective(
            type="Minimize", metric_name="validation:rmse"
        ),
        resource_limits=shapes.ResourceLimits(max_number_of_training_jobs=2, max_parallel_training_jobs=2),
        parameter_ranges=shapes.ParameterRanges(
            integer_parameter_ranges=[shapes.IntegerParameterRange(name="max_depth", min_value="2", max_value="6")]
        ),
    ),
    training_job_definition=shapes.HyperParameterTrainingJobDefinition(
        static_hyper_parameters=fixed,
        algorithm_specification=shapes.HyperParameterAlgorithmSpecification(
            training_image=IMAGE, training_input_mode="File"
        ),
        **given,
    ),
)
tuning.wait(poll=1)
assert tuning.best_training_job.training_job_name
done("HyperParameterTuningJob.create, wait")
assert len(list(tuning.get_all_training_jobs())) == 2
done("HyperParameterTuningJob.get_all_training_jobs")
for one in (endpoint, config, model):
    one.delete()
    done(f"{type(one).__name__}.delete")
print(json.dumps({"steps": step}))
