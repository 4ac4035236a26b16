"""The versions that can be put in place by hand, with what one has to know to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.champion.pointer import champion_at, store_of
from include.autopilot.overview.history import JudgedRun, history_of
from include.autopilot.overview.legible import few, legible

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig


@dataclass(frozen=True)
class Choice:
    """A version.

    :param run: that registered it, with its metric, cutoff and what became of it.
    :param status: its approval status in the Model Registry; None: nobody knows.
    :param hindrance: why it cannot be chosen, in words; None where it can.
    """

    run: JudgedRun
    status: str | None
    hindrance: str | None


def choices_of(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig
) -> tuple[Sequence[Choice], tuple[str, ...]]:
    """Return the versions of a model, the newest first, and a sentence per thing that cannot be read.

    Where the registry does not answer every version can be chosen: the rollback itself asks it again.
    """
    locations = Locations(config.root)
    ledger = legible(f"The ledger of {config.name}", lambda: history_of(s3, locations))
    pointer = legible(f"The champion of {config.name}", lambda: champion_at(s3, locations))

    def registered() -> dict[int, str]:
        versions = store_of(s3, sagemaker, config).registry.summaries()
        return {int(one["ModelPackageVersion"]): str(one.get("ModelApprovalStatus", "")) for one in versions}

    registry = legible(f"The Model Registry of {config.name}", registered)
    champion = pointer.content.version.version if pointer.content else None
    runs = ledger.content.runs if ledger.content else ()
    found = [_choice(run, champion, registry.content) for run in reversed(runs)]
    unread = ledger.content.problems if ledger.content else ()
    return found, (*(one.problem for one in (ledger, pointer, registry) if one.problem), *few(unread))


def _choice(run: JudgedRun, champion: int | None, registered: Mapping[int, str] | None) -> Choice:
    hindrance = None
    if run.version == champion:
        hindrance = "is the champion"
    elif registered is not None and run.version not in registered:
        hindrance = "is not in the Model Registry any more"
    return Choice(run, (registered or {}).get(run.version) or None, hindrance)
