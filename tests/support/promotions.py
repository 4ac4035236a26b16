"""A model whose versions are registered by hand: what the tests of promotion, rollback and ledger share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from include.autopilot.base.locations import Locations
from include.autopilot.candidate.objective import Objective
from include.autopilot.champion.judging import judge_again
from include.autopilot.champion.ledger import Record, enter
from include.autopilot.champion.pointer import ModelStore, read_champion
from include.autopilot.champion.promotion import Approval, Proposal, promote
from include.autopilot.champion.registry import Registry
from include.autopilot.champion.version import Version, metadata_of, version_of
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.stored import Answers, contenders, save_answers, stored_answers
from include.autopilot.s3.objects import write
from include.autopilot.settings.gate import GateConfig
from include.autopilot.template.problem import Problem
from tests.include.local_aws.jobs import XGBOOST, unique

AT = "2025-01-01T00:00:00+00:00"
PROBLEM = Problem("Regression", "y", Objective("RMSE", "Minimize"), (), ("predicted_label",))
ROWS = 150
_DICE = np.random.default_rng(1)
MEASURED = _DICE.normal(0, 2, ROWS)
# One error per row: models that differ by a factor differ without doubt.
ERRORS = _DICE.normal(0, 1, ROWS)


def month(number: int) -> str:
    """The first of a month, counted from January 2024, as a cutoff."""
    return f"{2024 + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}-01T00:00:00+00:00"


@dataclass
class Contest:
    """One model's store with the means to put challengers into it.

    :param gate: with few resamples, since the differences here are beyond doubt.
    :param prefix: how the names of the challengers' models begin.
    """

    store: ModelStore
    gate: GateConfig = field(default_factory=lambda: GateConfig(resamples=1000))
    prefix: str = "model"

    @classmethod
    def at(cls, s3: Any, sagemaker: Any) -> Contest:
        """A new model in a bucket of its own."""
        name = unique("contest")
        s3.create_bucket(Bucket=name)
        contest = cls(ModelStore(s3, Registry(sagemaker, name), Locations(f"s3://{name}/model")))
        contest.store.registry.ensure_group(name, "A contest")
        return contest

    def challenger(
        self, cutoff: str, error: float, holdout: str = "sealed", errors: Any = ERRORS, synthetic: bool = False
    ) -> Version:
        """Register a version whose predictions are off by ``error`` times the usual errors, and store its answers."""
        model = unique(self.prefix)
        store, root = self.store, self.store.locations.root
        artifact = write(store.s3, f"{root}/{model}.tar.gz", b"a model", "application/x-tar")
        values = {
            "cutoff": cutoff, "run": f"run-{model}", "model": model, "template": "t", "holdout": holdout,
            "metric": "RMSE", "direction": "Minimize", "value": error, "synthetic": synthetic,
        }  # fmt: skip
        request = {
            "ModelPackageGroupName": store.registry.group,
            "ModelPackageDescription": f"model {model}",
            "InferenceSpecification": {"Containers": [{"Image": XGBOOST, "ModelDataUrl": artifact}]},
            "ModelApprovalStatus": "PendingManualApproval",
            "CustomerMetadataProperties": metadata_of(values),
        }
        version = version_of(store.registry.register(request))
        keys = tuple(f"row-{number}" for number in range(ROWS))
        outcome = Numbers(tuple(MEASURED.tolist()), tuple((MEASURED + error * errors).tolist()))
        save_answers(store.s3, store.locations, Answers(model, holdout, keys, outcome))
        enter(
            store.s3, store.locations.record(version.run, version.version), {"kind": "run", "version": asdict(version)}
        )
        return version

    def proposal(self, version: Version, against: Version | None, **more: Any) -> Proposal:
        """Judge a version against another one, as its run did."""
        ours = self.answers(version)
        theirs = None if against is None else self.answers(against)
        verdict = judge(*contenders(theirs, ours), judged_by(PROBLEM, self.gate), self.gate)
        return Proposal(version, verdict, against.arn if against else None, AT, **more)

    def promote(self, version: Version, against: Version | None, **more: Any) -> Record:
        """Propose a version that was compared with another one."""
        proposal = self.proposal(version, against, **more)
        again = partial(judge_again, self.store.s3, self.store.locations, PROBLEM, self.gate, None, version)
        return promote(self.store, proposal, again)

    def crown(self, cutoff: str, error: float) -> Version:
        """Register a version and promote it over the champion there is."""
        before = self.champion
        version = self.challenger(cutoff, error)
        assert self.promote(version, before)["kind"] == "promoted"
        return version

    def answers(self, version: Version) -> Answers:
        found = stored_answers(self.store.s3, self.store.locations, version.holdout, version.model)
        assert found is not None
        return found

    @property
    def champion(self) -> Version | None:
        found = read_champion(self.store)[0]
        return None if found is None else found.version

    def status(self, version: Version) -> str:
        return str(self.store.registry.describe(version.arn)["ModelApprovalStatus"])

    def said(self, version: Version) -> str:
        return str(self.store.registry.describe(version.arn).get("ApprovalDescription"))

    @property
    def approved(self) -> list[int]:
        return [int(one["ModelPackageVersion"]) for one in self.store.registry.summaries("Approved")]


APPROVED = Approval("approved", "ann", AT, "looks good")
