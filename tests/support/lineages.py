"""A whole chain in S3: drops, template, plan, ledger, a scoring's predictions. Made up, apart from the digests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from include.autopilot.base.digest import of_bytes, of_json
from include.autopilot.base.locations import Locations
from include.autopilot.rows.inputcheck import CheckedInput
from include.autopilot.scoring.interval import Coverage, Interval
from include.autopilot.scoring.lineage import write_lineage
from include.autopilot.scoring.plan import ScorePlan
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.template.published import current_template
from tests.support.servings import REGRESSION, SERVING
from tests.support.toy import Toy

ROOT = "s3://toy-models/toy"
RUN = SERVING.run
MODEL = "toy-model-20240301-9f8e7d6c"
SCORING = "20240304T060000-5e6f7a8b"
PREDICTIONS = f"{ROOT}/scores/{SCORING}/compounds.csv"
JOBS = "arn:aws:sagemaker:us-east-1:123456789012"


@dataclass(frozen=True)
class Chain:
    """What was put into S3."""

    toy: Toy
    record: str
    template: str

    def change(self, uri: str, **members: Any) -> None:
        """Change members of a JSON object."""
        self.toy.put(uri.removeprefix(f"{ROOT}/"), json.dumps({**json.loads(self.toy.get(uri)), **members}).encode())

    def delete(self, uri: str) -> None:
        self.toy.s3.delete_object(Bucket="toy-models", Key=uri.removeprefix("s3://toy-models/"))


def make_chain(toy: Toy) -> Chain:
    """Put everything into S3 that a scoring with version 3 leaves behind."""
    template = current_template(toy.s3, Locations(ROOT), "toy").digest
    plan = toy.put(f"runs/{RUN}/plan.json", json.dumps({"root": ROOT, "template": template}).encode())
    record = toy.put(f"ledger/{RUN}.v3.json", json.dumps(_record(toy, plan, template)).encode())
    sentence = "MSE 0.381 (the challenger of 2024-03-01) against 0.446 (the champion of 2024-02-01): 14.6% better."
    event = {"kind": "promoted", "at": "2024-03-01T00:00:00+00:00", "sentence": sentence}
    toy.put(SERVING.event.removeprefix(f"{ROOT}/"), json.dumps(event).encode())
    toy.put(f"runs/{RUN}/predictions/{MODEL}/sealed.csv.out", b"row-1000,1,1\n")
    rows = toy.put("new/compounds.csv", b'id,d[1],colour,"a (b, c)"\nnew-1,1,red,1\n')
    told = b"id,prediction,lower,upper,model_version\nnew-1,3.02,2.04,4,3\n"
    toy.put(PREDICTIONS.removeprefix(f"{ROOT}/"), told)
    file = CheckedInput(rows, "compounds.csv", hashlib.sha256(toy.get(rows)).hexdigest(), 1, (), (), "a toy")
    write_lineage(
        toy.s3,
        _score_plan(file, template),
        Locations(ROOT).score(SCORING).plan,
        f"{JOBS}:transform-job/toy-score-20240301-4d3c2b1a",
        {PREDICTIONS: hashlib.sha256(told).hexdigest()},
    )
    return Chain(toy, record, template)


def _score_plan(file: CheckedInput, template: str) -> ScorePlan:
    return ScorePlan(
        model="toy",
        title="A toy",
        root=ROOT,
        key="id",
        run=SCORING,
        options=ScoreOptions(f"{ROOT}/new"),
        serving=replace(SERVING, template=template),
        problem=REGRESSION,
        inputs=(file,),
        chunks="",
        output=f"{ROOT}/scores/{SCORING}",
        interval=Interval(0.9, 0.98, 80, "s3://toy-models/output.tar.gz", Coverage(12, 11)),
        source="a toy",
    )


def _record(toy: Toy, plan: str, template: str) -> dict[str, Any]:
    days = {date(2024, 1, 1): "first", date(2024, 2, 1): "second", date(2024, 3, 1): "third"}
    drops = {str(day): f"{ROOT}/drops/{day}/{name}.csv" for day, name in days.items()}
    sealed = f"{ROOT}/holdout/sealed.csv"
    names = {"featurize": "transform-job", "train": "training-job", "model": "model", "predict": "transform-job"}
    return {
        "kind": "run",
        "model": "toy",
        "run": RUN,
        "cutoff": "2024-03-01T00:00:00+00:00",
        "plan": plan,
        "source": "a toy",
        "synthetic": False,
        "drops": [
            {
                "date": day,
                "digest": of_json([of_bytes(toy.get(uri))]),
                "files": [uri],
                "features_job": f"toy-featurize-{day.replace('-', '')}-0f1e2d3c",
            }
            for day, uri in drops.items()
        ],
        "holdouts": [{"name": "sealed", "uri": sealed, "digest": of_bytes(toy.get(sealed)), "rows": 12}],
        "template": template,
        "jobs": [
            {"name": f"toy-{step}-20240301-0f1e2d3c", "arn": f"{JOBS}:{kind}/toy-{step}-20240301-0f1e2d3c"}
            for step, kind in names.items()
        ],
        "version": {"arn": SERVING.arn, "version": 3, "model": MODEL, "run": RUN},
        "metrics": {"sealed": {"MSE": 0.381, "R2": None}},
        "predictions": f"{ROOT}/runs/{RUN}/predictions/{MODEL}",
        "verdict": {"sentence": "MSE 0.381 against 0.446: 14.6% better."},
        "code_revision": "0123456789abcdef0123456789abcdef01234567",
    }
