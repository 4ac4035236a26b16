"""The champion as whoever serves it needs it: its identity, its columns and its SageMaker model.

This is the only place that knows how the registry, the pointer and the ledger are read for serving.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import RegistryError
from include.autopilot.candidate.contract import Contract
from include.autopilot.champion.ledger import timeline
from include.autopilot.champion.model import champion_model_request
from include.autopilot.champion.pointer import ModelStore, described_champion, store_of
from include.autopilot.champion.removed import find_removal
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template, load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True)
class Serving:
    """The model that serves.

    :param arn: of its model package version.
    :param version: its number in the model package group.
    :param cutoff: it was trained on drops up to here.
    :param run: the key of the run that made it.
    :param template: the digest of the template it was made from.
    :param record: the address of that run's ledger record.
    :param event: the address of the ledger's record of the promotion or rollback that put it in place; that of its run
        where nobody asks whether it was.
    :param model: its CreateModel request: the same, name included, whoever asks.
    """

    arn: str
    version: int
    cutoff: datetime
    run: str
    template: str
    record: str
    event: str
    model: Request

    @property
    def artifact(self) -> str | None:
        """The algorithm's ``model.tar.gz``: the second container's; None where the model is a single container."""
        containers = self.model["Containers"]
        return str(containers[1]["ModelDataUrl"]) if len(containers) > 1 else None


@dataclass(frozen=True)
class ServingChampion:
    """What serves, with the run that made it.

    :param plan: of that run: columns, key, classes and what the model answers with.
    :param template: of that run.
    """

    serving: Serving
    plan: Plan
    template: Template

    @property
    def contract(self) -> Contract:
        """What rows for this model must satisfy: the columns it was trained on, whatever template came later."""
        problem, plan = self.plan.problem, self.plan
        # A candidate without steps says nothing of its columns.
        numeric = self.template.schema.numeric if self.template.replay else (problem.target,) * problem.is_regression
        return Contract(plan.columns, problem.target, numeric, problem.labels, plan.key)


def find_champion(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> ServingChampion:
    """Return the champion.

    :raises RegistryError: there is none, or what made it cannot be found any more.
    :raises RunError: the plan of its run is gone.
    :raises TemplateError: its template is gone or was changed.
    """
    store = store_of(s3, sagemaker, config)
    found = described_champion(store)
    if found is None:
        raise RegistryError(
            f"{config.name} has no champion yet. Run {config.name}_retrain until a model is promoted, or put a version "
            f"in place with {config.name}_rollback."
        )
    champion, package = found
    return _serving(store, champion.version, champion.event, package)


def champion_before(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, moment: datetime
) -> ServingChampion | None:
    """Return who was the last champion that had learned nothing of a moment or later; None if there was none.

    That is a function of the ledger alone: a backfill finds whom one would have found then.
    """
    store = store_of(s3, sagemaker, config)
    for record in reversed(timeline(s3, store.locations)):
        version = Version(**record["version"])
        if version.moment < moment:
            uri = store.locations.event(version.run, version.version, record["kind"], record["number"])
            return _serving(store, version, uri, store.registry.describe(version.arn))
    return None


def serving_version(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, version: Version) -> ServingChampion:
    """Return any version as if it served, whether or not it ever was the champion.

    :raises AutopilotError: it was removed, or what made it cannot be found any more.
    """
    store = store_of(s3, sagemaker, config)
    removal = find_removal(s3, store.locations, version.version)
    if removal is not None:
        raise RegistryError(removal.sentence)
    record = store.locations.record(version.run, version.version)
    return _serving(store, version, record, store.registry.describe(version.arn))


def _serving(store: ModelStore, version: Version, event: str, package: Mapping[str, Any]) -> ServingChampion:
    plan = load_plan(store.s3, store.locations.run(version.run).plan)
    serving = Serving(
        arn=version.arn,
        version=version.version,
        cutoff=version.moment,
        run=version.run,
        template=version.template,
        record=store.locations.record(version.run, version.version),
        event=event,
        model=champion_model_request(store.s3, plan, version, package),
    )
    return ServingChampion(serving, plan, load_template(store.s3, store.locations, plan.template))
