"""What SageMaker's Python SDK 2 does with scripts of one's own: estimators, models, tuning, a failure."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import boto3
import numpy as np
import sagemaker
import sagemaker.session
from sagemaker.deserializers import CSVDeserializer
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer
from sagemaker.sklearn import SKLearn, SKLearnModel
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner
from sagemaker.xgboost import XGBoost

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
RIDGE = """
import argparse, os
import joblib
import numpy as np
from sklearn.linear_model import Ridge

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "ridge.joblib"))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    given = parser.parse_args()
    rows = np.loadtxt(os.path.join(given.train, "train.csv"), delimiter=",")
    if given.alpha < 0:
        raise ValueError("alpha is negative")
    model = Ridge(alpha=given.alpha).fit(rows[:, 1:], rows[:, 0])
    print("train_r2=%.6f;" % model.score(rows[:, 1:], rows[:, 0]))
    joblib.dump(model, os.path.join(given.model_dir, "ridge.joblib"))
"""
DOUBLE = """
import joblib, os

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "ridge.joblib"))

def predict_fn(data, model):
    return model.predict(data) * 2
"""
TREES = """
import argparse, os
import numpy as np
import xgboost as xgb

def model_fn(model_dir):
    booster = xgb.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    return booster

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_depth", type=int)
    given = parser.parse_args()
    rows = np.loadtxt(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), delimiter=",")
    booster = xgb.train({"max_depth": given.max_depth}, xgb.DMatrix(rows[:, 1:], rows[:, 0]), 20)
    booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "model.json"))
"""
step = 0


def done(what):
    """Count one thing that worked."""
    global step
    step += 1
    print(what, file=sys.stderr)


sagemaker.session.sts_regional_endpoint = lambda _: os.environ["AWS_ENDPOINT_URL"]
session = sagemaker.Session(boto_session=boto3.Session())
folder = Path(tempfile.mkdtemp())
for name, text in (("ridge.py", RIDGE), ("double.py", DOUBLE), ("trees.py", TREES)):
    (folder / name).write_text(text)
(folder / "train.csv").write_text("".join(f"{x * 2 + y},{x},{y}\n" for x in range(20) for y in range(10)))
(folder / "ask.csv").write_text("1,2\n3,4\n")
data = {"train": TrainingInput(session.upload_data(str(folder / "train.csv"), key_prefix="train"))}
asked = session.upload_data(str(folder / "ask.csv"), key_prefix="ask")
common = {"role": ROLE, "instance_count": 1, "instance_type": "ml.m5.large", "sagemaker_session": session}
sklearn = {**common, "framework_version": "1.2-1"}
metric = [{"Name": "train:r2", "Regex": "train_r2=([0-9.]+);"}]

estimator = SKLearn(str(folder / "ridge.py"), hyperparameters={"alpha": 0.001}, metric_definitions=metric, **sklearn)
estimator.fit(data, logs="All")
done("SKLearn.fit")
assert estimator.training_job_analytics is not None
(final,) = estimator.latest_training_job.describe()["FinalMetricDataList"]
assert final["Value"] > 0.99, final
done("metric definitions")
predictor = estimator.deploy(1, "ml.m5.large")
done("SKLearn.deploy")
assert np.allclose(predictor.predict(np.array([[1.0, 2.0], [3.0, 4.0]])), [4, 10], atol=0.01)  # npy, there and back
done("Predictor.predict")
predictor.delete_model()
predictor.delete_endpoint()
transformer = estimator.transformer(1, "ml.m5.large", accept="text/csv", assemble_with="Line")
transformer.transform(asked, content_type="text/csv", split_type="Line", wait=True, logs=False)
bucket, _, prefix = transformer.output_path.removeprefix("s3://").partition("/")
told = boto3.client("s3").get_object(Bucket=bucket, Key=f"{prefix}/ask.csv.out")["Body"].read()
assert np.allclose([float(line) for line in told.split()], [4, 10], atol=0.01), told
done("SKLearn.transformer")
model = SKLearnModel(
    estimator.model_data, ROLE, str(folder / "double.py"), framework_version="1.2-1", sagemaker_session=session
)
predictor = model.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
assert np.allclose([float(row[0]) for row in predictor.predict([[1, 2], [3, 4]])], [8, 20], atol=0.02)
predictor.delete_endpoint()
done("SKLearnModel with another script")
tuner = HyperparameterTuner(
    SKLearn(str(folder / "ridge.py"), **sklearn),
    "train:r2",
    {"alpha": ContinuousParameter(0.001, 10)},
    metric_definitions=metric,
    max_jobs=2,
    max_parallel_jobs=2,
)
tuner.fit(data, wait=True)
assert tuner.best_training_job()
done("HyperparameterTuner of a script")
try:
    SKLearn(str(folder / "ridge.py"), hyperparameters={"alpha": -1}, **sklearn).fit(data, logs=False)
except sagemaker.exceptions.UnexpectedStatusException as error:
    told = str(error)
else:
    told = "it did not fail"
assert "ExecuteUserScriptError" in told, told
assert "ValueError: alpha is negative" in told, told
done("a script that fails")
trees = XGBoost("trees.py", "1.7-1", source_dir=str(folder), hyperparameters={"max_depth": 4}, **common)
trees.fit(data, logs="All")
done("XGBoost.fit")
predictor = trees.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
assert len(predictor.predict("3,4")) == 1
done("XGBoost.deploy, predict")
predictor.delete_endpoint()
print("\n" + json.dumps({"steps": step}))  # what is before it may end without a line of its own
