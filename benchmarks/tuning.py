"""How the embedded AWS answers while a long search runs: an Autopilot search of BACE, and what is asked beside it.

``make bench NAME=tuning``; ``CANDIDATES=20`` shortens it (250 by default). The table is BACE as its last cutoff has it
(``BACE_CSV``, a download, or a SYNTHETIC one, which is said). The last line is one JSON object.

It is held to this: the search completes with all its candidates, and while it runs the 99th percentile of the API's
answers is below 50 ms on two cores. The last line says whether it was (`responsive`), and the exit code is 0 only then.

Measured: the seconds of the search, and the milliseconds of what Airflow's sensors and a person at the console ask,
each in turn over one connection, ten questions a second from the search's beginning to its end: DescribeAutoMLJob,
ListCandidatesForAutoMLJob (the newest ten), and from the first one on DescribeHyperParameterTuningJob and
DescribeTrainingJob of the newest candidate. They are asked by this process, which shares the cores with the jobs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.search_side.tables import BACE, Problem, problem, source  # noqa: E402
from include.local_aws.process import start  # noqa: E402

CANDIDATES = int(os.environ.get("CANDIDATES", "250"))
EVERY_SECONDS = 0.1
P99_MS = 50.0
NAME = "bace"


def request(one: Problem) -> dict[str, Any]:
    """Make the search's request: the defaults but for the number of candidates."""
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bench/train.csv"}}
    return {
        "AutoMLJobName": NAME,
        "RoleArn": "arn:aws:iam::123456789012:role/bench",
        "ProblemType": one.kind,
        "AutoMLJobObjective": {"MetricName": "MSE"},
        "InputDataConfig": [{"DataSource": data, "TargetAttributeName": "target"}],
        "OutputDataConfig": {"S3OutputPath": "s3://bench/out"},
        "AutoMLJobConfig": {
            "Mode": "HYPERPARAMETER_TUNING",
            "CompletionCriteria": {"MaxCandidates": CANDIDATES},
        },
    }


class Asked:
    """What is asked beside the search, in turn, and how many seconds each answer took.

    :ivar seconds: operation -> the seconds of each of its answers.
    """

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def until_it_ends(self) -> Any:
        """Ask until the search has ended; return its description."""
        while True:
            told = self._timed(self._sagemaker.describe_auto_ml_job, AutoMLJobName=NAME)
            if told["AutoMLJobStatus"] not in ("InProgress", "Stopping"):
                return told
            for candidate in self._timed(
                self._sagemaker.list_candidates_for_auto_ml_job,
                AutoMLJobName=NAME,
                SortBy="CreationTime",
                SortOrder="Descending",
                MaxResults=10,
            )["Candidates"][:1]:
                child = self._timed(self._sagemaker.describe_training_job, TrainingJobName=candidate["CandidateName"])
                self._timed(
                    self._sagemaker.describe_hyper_parameter_tuning_job,
                    HyperParameterTuningJobName=child["TuningJobArn"].rpartition("/")[2],
                )

    def _timed(self, operation: Callable[..., Any], **given: Any) -> Any:
        began = time.perf_counter()
        told = operation(**given)
        took = time.perf_counter() - began
        self.seconds[operation.__name__].append(took)
        time.sleep(max(0.0, EVERY_SECONDS - took))
        return told

    def milliseconds(self) -> dict[str, dict[str, float]]:
        """Return operation -> the median, the 99th percentile and the worst of its answers."""
        return {name: _milliseconds(seconds) for name, seconds in sorted(self.seconds.items())}

    def all(self) -> dict[str, float]:
        """Return the same of all answers together."""
        return _milliseconds([one for seconds in self.seconds.values() for one in seconds])


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p99": 0.99, "worst": 1.0}
    told = {name: round(1000 * float(np.quantile(seconds, share)), 1) for name, share in shares.items()}
    return {"answers": len(seconds), **told}


def candidates(sagemaker: Any) -> list[str]:
    """Return the statuses of all candidates."""
    pages = sagemaker.get_paginator("list_candidates_for_auto_ml_job").paginate(AutoMLJobName=NAME)
    return [one["CandidateStatus"] for page in pages for one in page["Candidates"]]


def main() -> int:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as running:
        given: Any = {
            "endpoint_url": running.url, "region_name": "us-east-1",
            "aws_access_key_id": "x", "aws_secret_access_key": "x",
        }  # fmt: skip
        s3, sagemaker = boto3.client("s3", **given), boto3.client("sagemaker", **given)
        one, bace = problem(BACE[1], 0, Path(folder)), source()
        print(
            f"{len(one.train)} rows, {one.train.shape[1]} columns of BACE, {bace}; {CANDIDATES} candidates", flush=True
        )
        s3.create_bucket(Bucket="bench")
        s3.put_object(Bucket="bench", Key="train.csv", Body=one.train.to_csv(index=False).encode())
        began = time.monotonic()
        sagemaker.create_auto_ml_job(**request(one))
        asked = Asked(sagemaker)
        told, took = asked.until_it_ends(), time.monotonic() - began
        statuses = candidates(sagemaker)
    status, milliseconds, everything = told["AutoMLJobStatus"], asked.milliseconds(), asked.all()
    responsive = everything["p99"] < P99_MS
    for name, figures in milliseconds.items():
        print(f"{name}: {figures}")
    best = told.get("BestCandidate", {}).get("FinalAutoMLJobObjectiveMetric", {})
    found = {name: statuses.count(name) for name in sorted(set(statuses))}
    verdict = "" if responsive else f", which is NOT below {P99_MS:g}"
    print(f"{status} after {took:.0f} s, {best}; p99 of all answers {everything['p99']} ms{verdict}")
    print(
        json.dumps(
            {
                "bace": bace,
                "status": status,
                "candidates": found,
                "seconds": round(took, 1),
                "best": {"metric": best.get("MetricName"), "value": best.get("Value")},
                "milliseconds": {"all": everything, **milliseconds},
                "responsive": responsive,
            }
        )
    )
    return 0 if status == "Completed" and found == {"Completed": CANDIDATES} and responsive else 1


if __name__ == "__main__":
    sys.exit(main())
