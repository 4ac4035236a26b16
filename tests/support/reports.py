"""The report of a run of the toy, evaluated and written."""

from __future__ import annotations

import json
from typing import Any

from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.evaluation.measured import evaluate_run
from include.autopilot.report.page import write_report
from tests.support import flows
from tests.support.toy import Toy
from tests.support.toyruns import predict, prepare


def evaluated(toy: Toy) -> Plan:
    prepared = prepare(toy)
    plan = load_plan(toy.s3, prepared["plan"])
    evaluate_run(toy.s3, plan, predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model")))
    return plan


def written(toy: Toy, jobs: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    found = write_report(toy.s3, evaluated(toy), jobs, structures=toy.config.report.structures)
    return toy.get(found["html"]).decode(), json.loads(toy.get(found["json"]))
