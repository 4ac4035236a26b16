"""Training and serving scripts in tests: archives of code, and jobs and models that use them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from tests.include.local_aws.jobs import REGION, Clients, finished, training, unique

SKLEARN = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

RIDGE = """
import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import Ridge

from rows import of


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "ridge.joblib")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float)
    parser.add_argument("--no-rows", type=int, default=0)
    parser.add_argument("--model-dir", default="/opt/ml/model")
    given = parser.parse_args()
    table = of(os.environ["SM_CHANNEL_TRAIN"])
    if given.no_rows:
        raise ValueError(f"{given.no_rows} rows are too few in /opt/ml/input/data/train")
    model = Ridge(alpha=given.alpha).fit(table.iloc[:, 1:], table.iloc[:, 0])
    print(f"train_r2={model.score(table.iloc[:, 1:], table.iloc[:, 0]):.4f};")
    joblib.dump(model, Path(given.model_dir) / "ridge.joblib")
    (Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "seen.txt").write_text(os.environ["SM_HPS"])
"""
ROWS = """
from pathlib import Path

import pandas as pd


def of(folder):
    return pd.concat(pd.read_csv(path, header=None) for path in sorted(Path(folder).rglob("*.csv")))
"""
CODE = {"train.py": RIDGE, "rows.py": ROWS}
METRIC = {"Name": "train:r2", "Regex": "train_r2=([0-9.]+);"}


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Make a tar.gz of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            about = tarfile.TarInfo(name)
            about.size = len(data)
            tar.addfile(about, io.BytesIO(data))
    return buffer.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    """Read the files of a tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}  # type: ignore[union-attr]


def put_code(clients: Clients, bucket: str, files: Mapping[str, str | bytes]) -> str:
    """Put an archive of code into a bucket; answers its address."""
    key = f"{unique('code')}/source/sourcedir.tar.gz"
    clients.s3.put_object(Bucket=bucket, Key=key, Body=packed(files))
    return f"s3://{bucket}/{key}"


def script_training(
    bucket: str, name: str, code: str, program: str = "train.py", image: str = SKLEARN, **hyperparameters: Any
) -> dict[str, Any]:
    """Make a CreateTrainingJob request for a script, its hyperparameters quoted as SageMaker's SDK sends them."""
    given = {"sagemaker_program": program, "sagemaker_submit_directory": code, "sagemaker_region": REGION}
    request = training(bucket, name)
    request["HyperParameters"] = {key: json.dumps(value) for key, value in {**given, **hyperparameters}.items()}
    request["AlgorithmSpecification"] = {"TrainingImage": image, "TrainingInputMode": "File"}
    return request


def trained_by_script(clients: Clients, request: dict[str, Any]) -> dict[str, Any]:
    """Run a training job to its end."""
    clients.sagemaker.create_training_job(**request)
    return finished(clients.sagemaker, "Training", request["TrainingJobName"])


def body_at(clients: Clients, uri: str) -> bytes:
    """Read the object at an address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
