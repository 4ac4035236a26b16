"""The champion: one pointer in S3, which the approval statuses of the Model Registry follow.

Two things cannot be changed in one step across two services, so one of them is the truth. It is ``champion.json``,
because S3 can write it on a condition: of several runs that finish together exactly one moves it, and the others see
that they have to look again. Whoever needs the champion calls :func:`settle`, which repairs what a process that died
half-way left undone. docs/adr/0013 has the whole order.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import RegistryError
from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import Record, enter, last_number
from include.autopilot.champion.registry import Registry, group_name
from include.autopilot.champion.version import Version
from include.autopilot.s3 import conditional
from include.autopilot.s3.conditional import Stored, read_stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelStore:
    """Where one model's versions, champion and ledger are."""

    s3: S3Client
    registry: Registry
    locations: Locations


@dataclass(frozen=True)
class Champion:
    """The pointer's content.

    :param number: counts the champions of the model: a rollback makes the next one, too.
    :param event: the address of the ledger's record of this move; ``move`` is what stands there.
    """

    number: int
    version: Version
    event: str
    move: Record


def store_of(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> ModelStore:
    """Return the store of a model."""
    return ModelStore(s3, Registry(sagemaker, group_name(config.name)), Locations(config.root))


def read_champion(store: ModelStore) -> tuple[Champion | None, Stored | None]:
    """Return the champion, None if there is none yet, and what a conditional write has to name.

    :raises RegistryError: the pointer is gone although there was a champion.
    """
    found = pointer(store)
    if found[1] is None:
        approved = next(iter(store.registry.summaries("Approved")), None)
        # Asked again: the very first promotion may have come in between.
        found = pointer(store)
        if approved is not None and found[1] is None:
            raise RegistryError(
                f"{store.locations.champion} is gone, but {approved['ModelPackageArn']} is Approved. Put the champion "
                "back with the rollback DAG, or restore the file."
            )
    return found


def pointer(store: ModelStore) -> tuple[Champion | None, Stored | None]:
    """Return what the pointer says, without asking whether it should say something."""
    stored = read_stored(store.s3, store.locations.champion)
    return (None, None) if stored is None else (_champion(stored), stored)


def champion_at(s3: S3Client, locations: Locations) -> Champion | None:
    """Return the champion that the pointer names, without asking the registry; None where there is no pointer."""
    stored = read_stored(s3, locations.champion)
    return None if stored is None else _champion(stored)


def _champion(stored: Stored) -> Champion:
    return Champion(**{**stored.content, "version": Version(**stored.content["version"])})


def move(store: ModelStore, before: Champion | None, stored: Stored | None, after: Champion) -> bool:
    """Point to another version; False where somebody else has moved the pointer since it was read.

    The ledger knows of a champion before it is replaced, whatever became of the process that made it: a retry of that
    process must find that its promotion has been.
    """
    if before is not None:
        enter(store.s3, before.event, before.move)
    content = asdict(after)
    return conditional.replace(store.s3, store.locations.champion, content, stored)


def next_number(store: ModelStore, champion: Champion | None) -> int:
    """Return the number of the next champion."""
    return (champion.number if champion else last_number(store.s3, store.locations)) + 1


def settle(store: ModelStore) -> Champion | None:
    """Let ledger and registry agree with the pointer and return the champion; None if there is none.

    Safe at any time and from several processes: who has written statuses looks at the pointer again, and begins anew
    if it has moved, so the last one to write has seen the last champion.
    """
    while True:
        champion, _ = read_champion(store)
        if champion is None:
            return None
        enter(store.s3, champion.event, champion.move)
        _let_statuses_follow(store.registry, champion)
        again, _ = read_champion(store)
        if again is not None and again.number == champion.number:
            return champion


def described_champion(store: ModelStore) -> tuple[Champion, Mapping[str, Any]] | None:
    """Return the champion, statuses repaired, with its model package's description; None if there is none."""
    champion = settle(store)
    return None if champion is None else (champion, store.registry.describe(champion.version.arn))


def _let_statuses_follow(registry: Registry, champion: Champion) -> None:
    for summary in list(registry.summaries("Approved")):
        arn = summary["ModelPackageArn"]
        if arn != champion.version.arn:
            log.info("%s is not the champion any more: Rejected", arn)
            registry.set_status(arn, "Rejected", f"Was the champion until {champion.version.label} took its place.")
    registry.set_status(champion.version.arn, "Approved", str(champion.move["sentence"]))
