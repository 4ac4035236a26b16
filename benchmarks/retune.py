"""What a retune gains over a replay, and at which cost: BACE, and two open tables that scikit-learn brings.

``make bench NAME=retune``; ``SEEDS=2 JOBS=10 TABLES=diabetes`` shortens it (3, 20 and all by default). BACE's table is
``BACE_CSV``, and is left out without it, which is said. The last line is one JSON object.

A quarter of the rows judges and is never trained on. On the older half of the others a tuning job over the whole space
of a search finds the winner. Then all of them are there: the replay trains the winner's hyperparameters on them, the
retune tunes an octave around these and chooses by the validation rows, the replay among the choices, as a run does.
Which rows are which, and which are older, is drawn anew with every seed. Told are the errors on the rows that judge.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import xgboost
from sklearn.datasets import load_breast_cancer, load_diabetes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from include.autopilot.requests.octave import around  # noqa: E402
from include.local_aws.process import start  # noqa: E402
from include.local_aws.search.space import SPACES  # noqa: E402

SEEDS, JOBS = (int(os.environ.get(name, default)) for name, default in (("SEEDS", "3"), ("JOBS", "20")))
SEARCHED = 10
PARALLEL = 2
TARGET = "pIC50"
# canvasUID counts the rows of a table that is sorted by the target.
NOT_FEATURES = {"mol", "CID", "Class", "Model", "canvasUID", TARGET}
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
STATIC = {"tree_method": "hist", "max_bin": "64"}
# Up to so many cells five folds say which training is better, as in a search of few rows; beyond, to save time, a fifth
# of the rows.
FOLDED_CELLS = 50_000


@dataclass(frozen=True)
class Task:
    """A table, target first, and what is learned of it."""

    name: str
    rows: np.ndarray
    loss: str

    @property
    def metric(self) -> str:
        """The objective by its name in the training's log."""
        return f"validation:{self.loss}"

    @property
    def static(self) -> dict[str, str]:
        """The hyperparameters that nobody tunes."""
        folds = {"_kfold": "5"} if self.rows.size <= FOLDED_CELLS else {}
        return {**STATIC, **folds, "objective": "reg:squarederror" if self.loss == "rmse" else "binary:logistic"}


def tasks() -> list[Task]:
    """Return the tables."""
    found = []
    if path := os.environ.get("BACE_CSV"):
        with Path(path).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        names = [TARGET, *(name for name in rows[0] if name not in NOT_FEATURES)]
        table = np.array([[float(row[name] or "nan") for name in names] for row in rows])
        found.append(Task("bace", table, "rmse"))
    else:
        print("BACE is left out: BACE_CSV names no table")
    for name, load, loss in (("diabetes", load_diabetes, "rmse"), ("breast_cancer", load_breast_cancer, "logloss")):
        features, target = load(return_X_y=True)
        found.append(Task(name, np.c_[target, features], loss))
    wanted = os.environ.get("TABLES", ",".join(task.name for task in found)).split(",")
    return [task for task in found if task.name in wanted]


class Bench:
    """The embedded AWS, and what is asked of it."""

    def __init__(self, url: str) -> None:
        given: Any = {
            "endpoint_url": url, "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x",
        }  # fmt: skip
        self.s3, self.sagemaker = boto3.client("s3", **given), boto3.client("sagemaker", **given)
        self.s3.create_bucket(Bucket="bench")

    def put(self, folder: str, rows: np.ndarray) -> None:
        """Write rows as CSV, every fifth of them for the validation channel."""
        held = np.arange(len(rows)) % 5 == 0
        for name, part in (("train", rows[~held]), ("validation", rows[held])):
            lines = "".join(",".join(f"{value:.6g}" for value in row) + "\n" for row in part).replace("nan", "")
            self.s3.put_object(Bucket="bench", Key=f"{folder}/{name}/data.csv", Body=lines.encode())

    def tune(
        self, name: str, task: Task, data: str, ranges: Mapping[str, Any], static: Mapping[str, str], jobs: int
    ) -> Any:
        """Run a tuning job; return its description."""
        self.sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig={
                "Strategy": "Bayesian",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": task.metric},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": PARALLEL},
                "ParameterRanges": ranges,
            },
            TrainingJobDefinition={**self._training(data), "StaticHyperParameters": dict(static)},
        )
        return self._ended("hyper_parameter_tuning_job", "HyperParameterTuningJob", name)

    def train(self, name: str, task: Task, data: str, hyperparameters: Mapping[str, str]) -> Any:
        """Run a training job; return its description."""
        told = {**hyperparameters, "_tuning_objective_metric": task.metric}
        self.sagemaker.create_training_job(TrainingJobName=name, HyperParameters=told, **self._training(data))
        return self._ended("training_job", "TrainingJob", name)

    def training(self, name: str) -> Any:
        """Describe a training job."""
        return self.sagemaker.describe_training_job(TrainingJobName=name)

    def seconds(self, tuning: str) -> float:
        """Return the billed seconds of a tuning job's trainings."""
        pages = self.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        listed = [
            one for page in pages.paginate(HyperParameterTuningJobName=tuning) for one in page["TrainingJobSummaries"]
        ]
        return float(sum(self.training(one["TrainingJobName"])["BillableTimeInSeconds"] for one in listed))

    def error(self, described: Any, task: Task, rows: np.ndarray) -> float:
        """Return the error of a trained model on rows."""
        key = described["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://bench/")
        body = self.s3.get_object(Bucket="bench", Key=key)["Body"].read()
        with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(body)) as archive:
            archive.extractall(folder, filter="data")
            # With folds there is a model for each, and they answer together.
            parts = [path.read_bytes() for path in sorted(Path(folder).glob("xgboost-model*"))]
        matrix, target = xgboost.DMatrix(rows[:, 1:]), rows[:, 0]
        models = [xgboost.Booster(model_file=bytearray(part)) for part in parts]
        found = np.mean([model.predict(matrix) for model in models], axis=0)
        if task.loss == "rmse":
            return float(np.sqrt(np.mean((found - target) ** 2)))
        chance = np.clip(np.where(target == 1, found, 1 - found), 1e-7, 1)
        return float(-np.mean(np.log(chance)))

    def _training(self, data: str) -> dict[str, Any]:
        def channel(name: str) -> dict[str, Any]:
            source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://bench/{data}/{name}/"}
            return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}

        return {
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "RoleArn": "arn:aws:iam::123456789012:role/bench",
            "InputDataConfig": [channel("train"), channel("validation")],
            "OutputDataConfig": {"S3OutputPath": "s3://bench/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }

    def _ended(self, stem: str, member: str, name: str) -> Any:
        while True:
            told = getattr(self.sagemaker, f"describe_{stem}")(**{f"{member}Name": name})
            if told[f"{member}Status"] not in ("InProgress", "Stopping"):
                break
            time.sleep(0.2)
        if told[f"{member}Status"] != "Completed":
            raise SystemExit(f"{name} ended {told[f'{member}Status']}: {told.get('FailureReason')}")
        return told


def measured(bench: Bench, task: Task, seed: int) -> dict[str, Any]:
    """Find a winner, replay it, retune it; return the errors of both and what they took."""
    stem = f"{task.name.replace('_', '-')[:8]}-{seed}"
    rows = np.random.default_rng(seed).permutation(task.rows)
    judges, history = rows[: len(rows) // 4], rows[len(rows) // 4 :]
    bench.put(f"{stem}/first", history[: len(history) // 2])
    bench.put(f"{stem}/all", history)
    searched = bench.tune(
        f"{stem}-search", task, f"{stem}/first", SPACES["xgboost"].parameters(), task.static, SEARCHED
    )
    winner = {**task.static, **searched["BestTrainingJob"]["TunedHyperParameters"]}
    replay = bench.train(f"{stem}-replay", task, f"{stem}/all", winner)
    ranges, static = around("xgboost", winner)
    retune = bench.tune(f"{stem}-retune", task, f"{stem}/all", ranges, static, JOBS)
    ours = retune["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    theirs = next(one["Value"] for one in replay["FinalMetricDataList"] if one["MetricName"] == task.metric)
    better = ours < theirs
    chosen = bench.training(retune["BestTrainingJob"]["TrainingJobName"]) if better else replay
    errors = [bench.error(one, task, judges) for one in (replay, chosen)]
    seconds = float(replay["BillableTimeInSeconds"])
    return {
        "replay": errors[0],
        "retune": errors[1],
        "ratio": errors[1] / errors[0],
        "validated": min(ours, theirs) / theirs,
        "best_goes_on": better,
        "seconds": [seconds, seconds + bench.seconds(f"{stem}-retune")],
    }


def summed(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the seeds of a table come to, and print it; ratios below 1 are gains."""
    ratio, validated = (
        math.exp(sum(math.log(one[which]) for one in found) / len(found)) for which in ("ratio", "validated")
    )
    before, after = (sum(one["seconds"][place] for one in found) for place in (0, 1))
    told = {
        "seeds": len(found),
        "replay": round(float(np.mean([one["replay"] for one in found])), 4),
        "retune": round(float(np.mean([one["retune"] for one in found])), 4),
        "ratio": round(ratio, 4),
        "ratios": [round(one["ratio"], 4) for one in found],
        "validated": round(validated, 4),
        "best_goes_on": sum(one["best_goes_on"] for one in found),
        "times_the_seconds": round(after / before, 1),
    }
    print(f"{name}: {told}", flush=True)
    return told


def main() -> int:
    """Measure and tell."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as running:
        bench = Bench(running.url)
        found = {
            task.name: summed(task.name, [measured(bench, task, seed) for seed in range(SEEDS)]) for task in tasks()
        }
    print(json.dumps({"jobs": JOBS, "seconds": round(time.monotonic() - began), "tables": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
