"""What SageMaker's Python SDK 2 does: upload, fit with logs, transform, deploy, predict, tune, register, process."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import boto3
import sagemaker
import sagemaker.session
from sagemaker.deserializers import CSVDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.serializers import CSVSerializer
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.tuner import HyperparameterTuner, IntegerParameter

OPT = "/opt/ml/processing"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
step = 0


def done(what):
    """Count one thing that worked."""
    global step
    step += 1
    print(what, file=sys.stderr)


sagemaker.session.sts_regional_endpoint = lambda _: os.environ["AWS_ENDPOINT_URL"]
session = sagemaker.Session(boto_session=boto3.Session())
bucket = session.default_bucket()
done("Session.default_bucket")
image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1")
done("image_uris.retrieve")
folder = Path(tempfile.mkdtemp())
(folder / "train.csv").write_text("".join(f"{x * 2 + y},{x},{y}\n" for x in range(20) for y in range(10)))
(folder / "ask.csv").write_text("1,2\n3,4\n")
data = TrainingInput(session.upload_data(str(folder / "train.csv"), key_prefix="train"), content_type="text/csv")
done("Session.upload_data")
fixed = {"num_round": 5, "objective": "reg:squarederror"}
estimator = Estimator(
    image,
    ROLE,
    instance_count=1,
    instance_type="ml.m5.large",
    hyperparameters=fixed,
    sagemaker_session=session,
    output_path=f"s3://{bucket}/out",
)
estimator.fit({"train": data, "validation": data}, logs="All")
done("Estimator.fit")
assert estimator.training_job_analytics is not None
assert (
    Estimator.attach(estimator.latest_training_job.name, sagemaker_session=session).model_data == estimator.model_data
)
done("Estimator.attach")
transformer = estimator.transformer(2, "ml.m5.large", strategy="MultiRecord", assemble_with="Line")
asked = [session.upload_data(str(folder / "ask.csv"), key_prefix=f"ask/{part}") for part in "ab"]
transformer.transform(f"s3://{bucket}/ask", content_type="text/csv", split_type="Line", wait=True, logs=False)
answered = session.list_s3_files(bucket, transformer.output_path.removeprefix(f"s3://{bucket}/"))
assert len(answered) == len(asked), answered
done("Transformer.transform")
predictor = estimator.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
done("Estimator.deploy")
assert len(predictor.predict([[1, 2], [3, 4]])) >= 1
done("Predictor.predict")
predictor.delete_model()
predictor.delete_endpoint(delete_endpoint_config=True)
done("Predictor.delete_endpoint")
tuner = HyperparameterTuner(
    estimator,
    "validation:rmse",
    {"max_depth": IntegerParameter(2, 6)},
    objective_type="Minimize",
    max_jobs=2,
    max_parallel_jobs=2,
)
tuner.fit({"train": data, "validation": data}, wait=True)
done("HyperparameterTuner.fit")
assert tuner.best_training_job()
done("HyperparameterTuner.best_training_job")
assert len(tuner.analytics().dataframe()) == 2
done("HyperparameterTuner.analytics")
package = estimator.register(
    content_types=["text/csv"],
    response_types=["text/csv"],
    inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"],
    model_package_group_name="sdk",
    approval_status="Approved",
)
assert package.model_package_arn
done("Estimator.register")
(folder / "half.py").write_text(
    "from pathlib import Path\n"
    "rows = Path('/opt/ml/processing/input/train.csv').read_text().splitlines()\n"
    "Path('/opt/ml/processing/output/half.csv').write_text('\\n'.join(rows[: len(rows) // 2]))\n"
)
processor = SKLearnProcessor(
    "1.2-1", role=ROLE, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session
)
processor.run(
    code=str(folder / "half.py"),
    inputs=[ProcessingInput(source=data.config["DataSource"]["S3DataSource"]["S3Uri"], destination=f"{OPT}/input")],
    outputs=[ProcessingOutput(output_name="half", source=f"{OPT}/output", destination=f"s3://{bucket}/half")],
)
halved = boto3.client("s3").get_object(Bucket=bucket, Key="half/half.csv")["Body"].read()
assert len(halved.splitlines()) == 100
done("SKLearnProcessor.run")
print("\n" + json.dumps({"steps": step}))  # what is before it may end without a line of its own
