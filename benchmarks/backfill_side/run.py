"""One run of a backfill: the steps of the retraining DAG, with SageMaker's part played by writing what jobs leave."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.backfill_side.world import Unasked, World
from include.autopilot.base.locations import parse_uri
from include.autopilot.drift.check import check_drift
from include.autopilot.drops.plan import load_plan
from include.autopilot.evaluation.measured import evaluate_run
from include.autopilot.flows import jobs, retrain
from include.autopilot.requests import dryrun
from include.autopilot.requests.preflight import Account
from include.autopilot.settings.options import RunOptions
from tests.support.flows import asked

# What a small SageMaker job takes, start to end; added up, never slept.
JOB_SECONDS = {"featurize": 240.0, "train": 180.0, "predict": 240.0}


@dataclass(frozen=True)
class Measured:
    """What one run took.

    :param jobs: kind -> jobs started; ``featurized``: rows in its featurize jobs; ``visible``: rows of all its drops,
        which one transform per run would have featurized.
    :param requests: S3 operation -> requests of the steps; ``moved``: bytes of the objects in them.
    :param cpu: CPU seconds of the steps, the simulated S3's taken off; ``seconds``: wall time of the steps with it.
    """

    jobs: Mapping[str, int]
    featurized: int
    visible: int
    requests: Mapping[str, int]
    moved: int
    cpu: float
    seconds: float


class Steps:
    """Calls steps and keeps what each of them took."""

    def __init__(self, world: World) -> None:
        self._meter = world.meter
        self.requests: Counter[str] = Counter()
        self.moved = 0
        self.cpu = self.seconds = 0.0

    def take(self, step: Any, *given: Any) -> Any:
        """Call one and give its answer."""
        self._meter.take()
        began, cpu = time.perf_counter(), time.process_time()
        answer = step(*given)
        spent = time.process_time() - cpu
        self.seconds += time.perf_counter() - began
        counted = self._meter.take()
        self.requests += counted.requests
        self.moved += counted.moved
        self.cpu += spent - counted.s3_cpu
        return answer


def run_once(world: World, number: int) -> Measured:
    """Retrain for the cutoff of drop ``number``."""
    toy, steps = world.toy, Steps(world)
    take = steps.take
    s3, sagemaker, config = toy.s3, toy.sagemaker, toy.config
    moment = world.cutoff(number)
    key = f"{moment:%Y%m%dT%H%M%S}-{number:08x}"
    account = Account("us-east-1", Unasked(), Unasked(), Unasked())
    uri = take(retrain.prepare, s3, sagemaker, config, moment, RunOptions(), key)["plan"]

    def step(function: Any, **given: Any) -> Any:
        """Do what a task does: it reads the plan, and the template where it needs it."""
        return take(lambda: asked(toy, function, uri, **given))

    step(check_drift)
    step(dryrun.preflight, account=account, expected=_expected, prices=None)
    batches = step(retrain.seal, at_most=1024)
    wanted = [request for batch in batches for request in step(jobs.featurize_requests, batch=batch)]
    featurized = sum(_featurize(world, request) for request in wanted)
    step(retrain.guard)
    training = step(jobs.training_request)
    artifact = f"{training['OutputDataConfig']['S3OutputPath']}/{training['TrainingJobName']}/output/model.tar.gz"
    step(jobs.model_request, trained={"uri": artifact})
    prediction = step(jobs.prediction_request, created={"name": "model"})
    step(evaluate_run, output_uri=_predict(world, prediction))
    plan = load_plan(world.jobs_s3, uri)
    visible = sum(drop.prepared.train + drop.prepared.validation for drop in plan.drops)
    started = {"featurize": len(wanted), "train": 1, "predict": 1}
    return Measured(started, featurized, visible, steps.requests, steps.moved, steps.cpu, steps.seconds)


def _expected(_kind: str, _name: str) -> float:
    """Say how long a job took earlier: the simulated SageMaker keeps no past."""
    return 60.0


def _featurize(world: World, request: Mapping[str, Any]) -> int:
    """Write a record per line of every chunk, and return how many."""
    source, target = _places(request)
    rows = 0
    for chunk, lines in _inputs(world, source):
        records = "".join(f"{line[0]},{len(line)}\n" for line in lines)
        _put(world, f"{target}{chunk}.out", records)
        rows += len(lines)
    return rows


def _predict(world: World, request: Mapping[str, Any]) -> str:
    """Write key, target and a prediction that is 0.5 off, up and down, per line of the holdouts."""
    source, target = _places(request)
    for file, lines in _inputs(world, source):
        told = [(line[0], line[1], float(line[1]) + (0.5 if place % 2 else -0.5)) for place, line in enumerate(lines)]
        text = "\n".join(f"{key},{measured},{predicted}" for key, measured, predicted in told)
        _put(world, f"{target}/{file.rpartition('/')[2]}.out", text)
    return target


def _places(request: Mapping[str, Any]) -> tuple[str, str]:
    return request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"], request["TransformOutput"]["S3OutputPath"]


def _inputs(world: World, source: str) -> list[tuple[str, list[list[str]]]]:
    bucket, prefix = parse_uri(source)
    found = world.jobs_s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    bodies = [(e["Key"], world.jobs_s3.get_object(Bucket=bucket, Key=e["Key"])["Body"].read().decode()) for e in found]
    return [(key.removeprefix(prefix), list(csv.reader(io.StringIO(body)))) for key, body in bodies]


def _put(world: World, uri: str, text: str) -> None:
    bucket, key = parse_uri(uri)
    world.jobs_s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
