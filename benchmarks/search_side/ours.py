"""Our side: a CreateAutoMLJob at the embedded AWS, its CPU seconds, and the best candidate's answers."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pandas as pd

from benchmarks.search_side.tables import BINARY, METRICS, MULTICLASS, Problem
from include.local_aws.process import LocalAws
from include.local_aws.runtimes.autogluon.layout import ordered

ROLE = "arn:aws:iam::123456789012:role/bench"
TUNING, ENSEMBLING = "HYPERPARAMETER_TUNING", "ENSEMBLING"
# What classes are answered by in each mode; a regression's answer is a number without being asked. An ensemble's
# `probability` is that of the predicted label, whichever that is.
ANSWERS = {
    TUNING: {BINARY: "probability", MULTICLASS: "predicted_label"},
    ENSEMBLING: {BINARY: "probabilities", MULTICLASS: "predicted_label"},
}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Searched:
    """What a search came to: CPU seconds of its jobs and of the endpoint, and the answers for the judging rows."""

    jobs: float
    endpoint: float
    wall: float
    answers: list[str]
    best: dict[str, Any]


class Ours:
    """The embedded AWS, and what is asked of it."""

    def __init__(self, running: LocalAws, mode: str, candidates: int) -> None:
        given: Any = {
            "endpoint_url": running.url, "region_name": "us-east-1",
            "aws_access_key_id": "x", "aws_secret_access_key": "x",
        }  # fmt: skip
        self._pid, self._mode, self._candidates = running.pid, mode, candidates
        self._s3, self._sagemaker = boto3.client("s3", **given), boto3.client("sagemaker", **given)
        self._s3.create_bucket(Bucket="bench")

    def search(self, problem: Problem) -> Searched:
        """Search, then have the best candidate answer; the answering is not counted."""
        name = f"{problem.name}-{problem.seed}"
        self._put(f"{name}/train.csv", problem.train, header=True)
        before, began = self._seconds(), time.monotonic()
        self._sagemaker.create_auto_ml_job(**self._request(name, problem))
        told = self._ended("auto_ml_job", "AutoMLJob", name)
        after, wall = self._seconds(), time.monotonic() - began
        best = told["BestCandidate"]
        answers = self._answers(name, problem, best["InferenceContainers"])
        return Searched(after[0] - before[0], after[1] - before[1], wall, answers, self._tried(best))

    def _request(self, name: str, problem: Problem) -> dict[str, Any]:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://bench/{name}/train.csv"}}
        return {
            "AutoMLJobName": name,
            "RoleArn": ROLE,
            "ProblemType": problem.kind,
            "AutoMLJobObjective": {"MetricName": METRICS[problem.kind]},
            "InputDataConfig": [{"DataSource": source, "TargetAttributeName": "target"}],
            "OutputDataConfig": {"S3OutputPath": "s3://bench/out"},
            "AutoMLJobConfig": {
                "Mode": self._mode,
                "CompletionCriteria": {"MaxCandidates": self._candidates},
            },
        }

    def _answers(self, name: str, problem: Problem, containers: list[dict[str, Any]]) -> list[str]:
        if wanted := ANSWERS[self._mode].get(problem.kind):
            for one in containers[1:] or containers:  # the first of several is the featurizer; an ensemble is one
                one["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] = wanted
            containers[-1]["Environment"]["SAGEMAKER_INFERENCE_INPUT"] = wanted
        self._put(f"{name}/judges/rows.csv", problem.judges.drop(columns="target"), header=False)
        self._sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, Containers=containers)
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://bench/{name}/judges/"}}
        self._sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName=name,
            TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
            TransformOutput={"S3OutputPath": f"s3://bench/{name}/answers", "AssembleWith": "Line"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )
        self._ended("transform_job", "TransformJob", name)
        body = self._s3.get_object(Bucket="bench", Key=f"{name}/answers/rows.csv.out")["Body"].read().decode()
        answers = [row[0] for row in csv.reader(io.StringIO(body)) if row]
        return of_the_rare(answers, problem) if wanted == "probabilities" else answers

    def _tried(self, best: dict[str, Any]) -> dict[str, Any]:
        """Return what the best candidate is: what featurized it, its hyperparameters, what it was chosen by."""
        steps = {
            one["CandidateStepType"].rpartition("::")[2]: one["CandidateStepName"] for one in best["CandidateSteps"]
        }
        child = self._sagemaker.describe_training_job(TrainingJobName=steps["TrainingJob"])
        told = {key: value for key, value in child["HyperParameters"].items() if not key.startswith("_")}
        metric = best["FinalAutoMLJobObjectiveMetric"]
        return {"featurized_by": steps.get("TransformJob"), metric["MetricName"]: metric["Value"], **told}

    def _put(self, key: str, rows: pd.DataFrame, *, header: bool) -> None:
        self._s3.put_object(Bucket="bench", Key=key, Body=rows.to_csv(index=False, header=header).encode())

    def _ended(self, stem: str, member: str, name: str) -> Any:
        while True:
            told = getattr(self._sagemaker, f"describe_{stem}")(**{f"{member}Name": name})
            if told[f"{member}Status"] not in ("InProgress", "Stopping"):
                break
            time.sleep(0.5)
        if told[f"{member}Status"] != "Completed":
            raise SystemExit(f"{name} ended {told[f'{member}Status']}: {told.get('FailureReason')}")
        return told

    def _seconds(self) -> tuple[float, float]:
        """Return CPU seconds so far: of the jobs that ended, and of the endpoint itself.

        Jobs are forked from a child of the endpoint, which waits for them: the kernel adds up there what they took.
        """
        jobs = sum(sum(numbers[2:]) for parent, numbers in _processes() if parent == self._pid)
        own = next(sum(numbers[:2]) for pid, numbers in _processes(by_parent=False) if pid == self._pid)
        return jobs / _TICKS, own / _TICKS


def of_the_rare(answers: list[str], problem: Problem) -> list[str]:
    """Return the rare class's probability of each answer, which has those of both in the order of an ensemble."""
    place = ordered(problem.train["target"].astype(str).unique()).index(problem.rare)
    return [str(json.loads(one)[place]) for one in answers]


def _processes(*, by_parent: bool = True) -> Iterator[tuple[int, list[int]]]:
    """Yield each process's parent (or itself), and its ticks: user, system, and both of the children it waited for."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        yield int(fields[1]) if by_parent else int(path.parent.name), [int(field) for field in fields[11:15]]
