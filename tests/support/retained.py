"""A model with versions, files of their runs and SageMaker models, all at the embedded AWS; a removal of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from include.autopilot.base.locations import Locations
from include.autopilot.candidate.tags import DAG_TAG
from include.autopilot.champion.ledger import enter, event
from include.autopilot.champion.model import champion_name
from include.autopilot.champion.pointer import ModelStore
from include.autopilot.champion.registry import Registry
from include.autopilot.champion.rollback import roll_back
from include.autopilot.champion.version import Version
from include.autopilot.retention.inventory import Inventory, inventory_of
from include.autopilot.retention.needed import Item, Policy, items_of
from include.autopilot.retention.removing import Remover, ours
from include.autopilot.s3.objects import list_uris, write, write_json
from include.autopilot.settings.config import ModelConfig, parse_model
from tests.include.local_aws.jobs import ROLE, XGBOOST
from tests.support.promotions import AT, Contest
from tests.support.toy import YAML

SMALL = ("plan.json", "report.json", "report.html", "jobs/train.request.json", "predictions/m/sealed.csv.out")
LARGE = ("model/job/output/model.tar.gz", "checkpoints/1", "rows.csv")


@dataclass
class Kept:
    """One model; its runs ended forty days ago, by what the inventory says of the time."""

    config: ModelConfig
    contest: Contest
    s3: Any
    sagemaker: Any
    told: list[str] = field(default_factory=list)

    @property
    def locations(self) -> Locations:
        return Locations(self.config.root)

    def files(self, key: str, *, reported: bool = True, **plan: Any) -> None:
        """Write what a run leaves."""
        folder = self.locations.run(key).uri
        for name in (*SMALL, *LARGE):
            if reported or not name.startswith("report"):
                content = plan if name == "plan.json" else {}
                write_json(self.s3, f"{folder}/{name}", content)

    def model(self, name: str, dag: str | None = None) -> None:
        dag = dag or f"{self.config.name}_retrain"
        container = {"Image": XGBOOST, "ModelDataUrl": f"{self.config.root}/model.tar.gz"}
        tags = [{"Key": DAG_TAG, "Value": dag}]
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container, Tags=tags)

    def version(self, cutoff: str, *, promotes: bool = False, decided: bool = True) -> Version:
        """A run with all that it leaves, and what became of its version."""
        store = self.contest.store
        version = self.contest.challenger(cutoff, 1.0)
        self.files(version.run)
        self.model(version.model)
        if promotes:
            roll_back(store, version.version, "a test", version.run, AT)
        elif decided:
            details = {"reason": "worse", "sentence": "It is worse."}
            enter(self.s3, *event(self.locations, version, "kept", 1, AT, version.run, details))
        return version

    def found(self, days: int = 40) -> Inventory:
        seen = inventory_of(self.s3, self.sagemaker, self.config)
        return replace(seen, now=seen.now + timedelta(days=days))

    def items(self, policy: Policy = Policy(keep=1), days: int = 40) -> dict[str, Item]:  # noqa: B008 - frozen
        items = items_of(self.config.name, self.found(days), policy)
        return {item.name: item for item in ours(self.sagemaker, self.config.name, items)}

    def remove(self, policy: Policy = Policy(keep=1)) -> int:  # noqa: B008 - frozen
        self.told = []
        remover = Remover(self.s3, self.sagemaker, self.config, self.found().now)
        return remover.remove(list(self.items(policy).values()), self.told.append)

    def names(self, key: str) -> list[str]:
        folder = self.locations.run(key).uri
        return sorted(uri.removeprefix(f"{folder}/") for uri in list_uris(self.s3, folder))

    def models(self) -> list[str]:
        return [
            one["ModelName"]
            for one in self.sagemaker.list_models(MaxResults=100, NameContains=self.config.name)["Models"]
        ]

    def numbers(self) -> list[int]:
        return sorted(int(one["ModelPackageVersion"]) for one in self.contest.store.registry.summaries())

    def champion_model(self, version: Version) -> str:
        name = champion_name(self.config.name, version)
        self.model(name)
        return name

    def put(self, path: str) -> None:
        write(self.s3, f"{self.config.root}/{path}", b"some bytes", "text/plain")

    @classmethod
    def at(cls, s3: Any, sagemaker: Any) -> Kept:
        """A new model without versions, in a bucket of its own."""
        name = f"r{uuid.uuid4().hex[:6]}"
        s3.create_bucket(Bucket=name)
        config = parse_model(
            YAML.replace("name: toy", f"name: {name}").replace("toy-models/toy", f"{name}/m"), f"{name}.yaml"
        )
        contest = Contest(ModelStore(s3, Registry(sagemaker, name), Locations(config.root)), prefix=f"{name}-model")
        contest.store.registry.ensure_group(name, "A model")
        write(s3, f"{config.root}/model.tar.gz", b"a model", "application/x-tar")
        return cls(config, contest, s3, sagemaker)
