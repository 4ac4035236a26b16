"""Removing, in an order that may be interrupted anywhere: what is left is whole, and the next removal goes on.

First it is told that a version is removed; from then on nobody puts it in place. Then its package goes, so that nobody
is offered it, then its models, and its files last. The ledger is not touched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingResourceError, RetentionError
from include.autopilot.base.locations import Locations
from include.autopilot.champion.pointer import champion_at, store_of
from include.autopilot.champion.registry import is_absent
from include.autopilot.champion.removed import Removal, tell_removal, withdraw_removal
from include.autopilot.champion.version import Version
from include.autopilot.retention.inventory import Inventory, inventory_of, is_ours
from include.autopilot.retention.needed import Item, Policy, items_of
from include.autopilot.s3.objects import delete

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


def listed(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, policy: Policy
) -> tuple[Inventory, list[Item]]:
    """Return what there is, and what of it is needed; SageMaker models of others are left out."""
    found = inventory_of(s3, sagemaker, config)
    return found, ours(sagemaker, config.name, items_of(config.name, found, policy))


def ours(sagemaker: SageMakerClient, model: str, items: Sequence[Item]) -> list[Item]:
    """Return items without SageMaker models that no task of a model's made, such as Autopilot's."""
    return [item for item in items if item.kind != "model" or is_ours(sagemaker, item.name, model)]


@dataclass(frozen=True)
class Remover:
    """Removes items of one model.

    :param now: by the clock of S3; stands in what is told of a removal.
    """

    s3: S3Client
    sagemaker: SageMakerClient
    config: ModelConfig
    now: datetime

    def remove(self, items: Sequence[Item], say: Callable[[str], None]) -> int:
        """Remove what can be removed; return how many bytes that were.

        :param say: is told of each item that is gone, and of a version that became the champion meanwhile.
        :raises RetentionError: something is not what the ledger says, or AWS refuses.
        """
        freed = 0
        for item in items:
            if not item.removable:
                continue
            if item.version is not None and not self._withdrawn_from_service(item, item.version):
                say(f"{item.name} stays: it has become the champion meanwhile")
                continue
            for name in item.models:
                self._delete_model(name)
            delete(self.s3, [one.uri for one in item.objects])
            freed += item.size
            say(f"{item.name} removed")
        return freed

    def _withdrawn_from_service(self, item: Item, version: Version) -> bool:
        """Tell that a version is removed and delete its package; False where it is the champion by now."""
        locations = Locations(self.config.root)
        tell_removal(self.s3, locations, Removal(version.version, version.run, self.now.isoformat(), item.why))
        champion = champion_at(self.s3, locations)
        if champion is not None and champion.version.version == version.version:
            withdraw_removal(self.s3, locations, version.version)
            return False
        registry = store_of(self.s3, self.sagemaker, self.config).registry
        try:
            described = registry.describe(version.arn)
        except ClientError as error:
            if is_absent(error):
                return True
            raise
        self._check_ours(version, described)
        self.sagemaker.delete_model_package(ModelPackageName=version.arn)
        return True

    def _check_ours(self, version: Version, described: dict[str, Any]) -> None:
        metadata = described.get("CustomerMetadataProperties", {})
        if (metadata.get("run"), metadata.get("model")) != (version.run, version.model):
            raise RetentionError(
                f"{version.arn} is not the version that the ledger has under this number: its metadata name the run "
                f"{metadata.get('run')}, the ledger {version.run}. Somebody else registered it; nothing of it was "
                "removed. Look who did before you run the command again."
            )

    def _delete_model(self, name: str) -> None:
        try:
            if is_ours(self.sagemaker, name, self.config.name):
                self.sagemaker.delete_model(ModelName=name)
        except MissingResourceError:
            log.info("%s is gone already", name)
