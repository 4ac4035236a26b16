"""The champion as whoever serves it needs it: its identity, its columns and its SageMaker model.

This is the only place that knows how the registry, the pointer and the ledger are read for serving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from include.autopilot.champion.champion import described_champion, store_of
from include.autopilot.champion.championmodel import champion_model_request
from include.autopilot.config import ModelConfig
from include.autopilot.contract import Contract
from include.autopilot.errors import RegistryError
from include.autopilot.plan import Plan, load_plan
from include.autopilot.requests.projection import Request
from include.autopilot.template import Template, load_template

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
    :param event: the address of the ledger's record of the promotion or rollback that put it in place.
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
class Champion:
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


def find_champion(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> Champion:
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
    version = champion.version
    plan = load_plan(s3, f"{store.locations.run(version.run)}/plan.json")
    serving = Serving(
        arn=version.arn,
        version=version.version,
        cutoff=version.moment,
        run=version.run,
        template=version.template,
        record=store.locations.record(version.run, version.version),
        event=champion.event,
        model=champion_model_request(s3, plan, version, package),
    )
    return Champion(serving, plan, load_template(s3, store.locations, plan.template))
