"""A champion that serves, and plans of what it scores."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime
from typing import Any

from include.autopilot.base.locations import Locations
from include.autopilot.candidate.objective import Objective
from include.autopilot.champion.serving import Serving, ServingChampion
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.rows.inputcheck import CheckedInput, Chunk
from include.autopilot.scoring.interval import Interval
from include.autopilot.scoring.plan import ScorePlan
from include.autopilot.settings.options import RunOptions
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.template.problem import Problem
from include.autopilot.template.published import current_template
from tests.support.toy import Toy

ROOT = "s3://toy-models/toy"
REGRESSION = Problem("Regression", "y", Objective("MSE", "Minimize"), (), ("prediction",))
CLASSES = Problem(
    "MulticlassClassification",
    "y",
    Objective("Accuracy", "Maximize"),
    ("red", "green"),
    ("predicted_label", "probability", "probabilities"),
)
SERVING = Serving(
    arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/toy/3",
    version=3,
    cutoff=datetime(2024, 3, 1, tzinfo=UTC),
    run="20240301T000000-0a1b2c3d",
    template="0123456789abcdef",
    record=f"{ROOT}/ledger/20240301T000000-0a1b2c3d.v3.json",
    event=f"{ROOT}/ledger/20240301T000000-0a1b2c3d.v3.promoted-3.json",
    model={"ModelName": "toy-champion", "Containers": [{}, {"ModelDataUrl": "s3://toy-models/m/model.tar.gz"}]},
)


def put(s3: Any, uri: str, body: str) -> None:
    s3.put_object(Bucket="toy-models", Key=uri.removeprefix("s3://toy-models/"), Body=body.encode())


def get(s3: Any, uri: str) -> Any:
    return s3.get_object(Bucket="toy-models", Key=uri.removeprefix("s3://toy-models/"))


def plan_of(s3: Any, problem: Problem, *chunks: str, interval: Interval | None = None) -> ScorePlan:
    """A plan whose chunks are in S3."""
    made = []
    for number, body in enumerate(chunks):
        uri = f"{ROOT}/scores/run/work/rows/file00000-chunk{number:05d}.csv"
        put(s3, uri, body)
        made.append(Chunk(uri, body.count("\n")))
    rows = sum(chunk.rows for chunk in made)
    file = CheckedInput(
        "s3://toy-models/new/a.csv", "sub/a.csv", "0" * 64, rows, tuple(made), ("more",), "SYNTHETIC toy"
    )
    return ScorePlan(
        model="toy",
        title="A toy",
        root=ROOT,
        key="id",
        run="run",
        options=ScoreOptions("s3://toy-models/new"),
        serving=SERVING,
        problem=problem,
        inputs=(file,),
        chunks=f"{ROOT}/scores/run/work/rows",
        output=f"{ROOT}/out",
        interval=interval,
        source="SYNTHETIC toy",
    )


def champion_of(toy: Toy, problem: Problem) -> ServingChampion:
    template = current_template(toy.s3, Locations(ROOT), "toy")
    plan = Plan(
        model="toy",
        title="A toy",
        root=ROOT,
        key="id",
        run="run",
        cutoff=datetime(2024, 1, 1, tzinfo=UTC),
        options=RunOptions(),
        template=template.digest,
        automl_job=None,
        candidate="c",
        problem=problem,
        drops=(),
        holdouts=(PlannedHoldout("sealed", f"{ROOT}/holdout/sealed.csv", "0" * 16, 2, f"{ROOT}/runs/run/h.csv"),),
        source=None,
        notes=(),
        columns=template.schema.columns,
        path="reuse",
    )
    return ServingChampion(SERVING, plan, template)


def archive(**files: bytes) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return body.getvalue()
