"""Runs of the toy up to the evaluation, their models in a registry."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from include.autopilot.champion import judging, registering
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.settings.gate import GateConfig
from tests.support import flows
from tests.support.toy import Toy
from tests.support.toyruns import predict, prepare

AT = "2025-01-01T00:00:00+00:00"
GATE = GateConfig(min_holdout_rows=5, resamples=1000)


@dataclass
class Judged:
    """One run up to its evaluation, with the model that it made."""

    toy: Toy
    sagemaker: Any
    uri: str
    model: str

    @property
    def plan(self) -> Plan:
        return load_plan(self.toy.s3, self.uri)

    def ask(self) -> str | None:
        """Ask the champion and answer for it; gives where its answers are."""
        request = judging.champion_request(self.toy.s3, self.sagemaker, self.toy.config, self.plan)
        if request is None:
            return None
        return predict(self.toy, judging.prediction_request(self.toy.s3, self.plan, request["ModelName"]), error=1.0)

    def judge(self, output: str | None) -> dict[str, Any]:
        return judging.judge_run(
            self.toy.s3, self.toy.config.gate, self.plan, self.model, output, segments=self.toy.config.segments
        )

    def finish(self) -> dict[str, Any]:
        """Ask, judge, register and promote."""
        self.judge(self.ask())
        arguments = self.toy.s3, self.sagemaker, self.toy.config, self.plan
        registered = registering.register_run(*arguments, self.model, AT)
        return registering.promote_run(*arguments, registered["arn"], None, AT)


def ran(toy: Toy, sagemaker: Any, cutoff: datetime, key: str, error: float) -> Judged:
    """Run the toy up to its evaluation; its predictions are off by ``error`` up and down."""
    toy.config = replace(toy.config, gate=GATE)
    uri = prepare(toy, cutoff, key)["plan"]
    request = flows.model_request(toy, uri, f"s3://toy-models/toy/{key}/model.tar.gz")
    sagemaker.create_model(**request)
    model = request["ModelName"]
    toy.put(f"runs/{key}/jobs/{model}.request.json", json.dumps(request).encode())
    flows.evaluate(toy, uri, predict(toy, flows.prediction_request(toy, uri, model), error))
    return Judged(toy, sagemaker, uri, model)
