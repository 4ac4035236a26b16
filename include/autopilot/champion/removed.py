"""That a version was removed: told in S3 before anything of it is deleted, and for ever.

The ledger stays as it is; this stands beside it. From then on nobody puts the version in place as the champion, so it
does not matter where a removal is interrupted. docs/retention.md has the order.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import delete, list_uris, read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Removal:
    """One version that was removed.

    :param version: its number; ``run``: the key of the run that made it.
    :param at: ISO 8601: when it was decided, by S3's clock.
    :param why: for people.
    """

    version: int
    run: str
    at: str
    why: str

    @property
    def sentence(self) -> str:
        """What is said wherever somebody looks for the version."""
        return (
            f"Version {self.version} was removed on {self.at[:10]} ({self.why}): its package, its SageMaker models and "
            "its files are gone; its ledger, plan, requests, predictions and report are kept."
        )


def removal_of(content: Any) -> Removal:
    """Return a removal as it is stored."""
    return Removal(int(content["version"]), str(content["run"]), str(content["at"]), str(content["why"]))


def tell_removal(s3: S3Client, locations: Locations, removal: Removal) -> None:
    """Say that a version is removed; where that was said before it stays."""
    write_once(s3, locations.removal(removal.version), asdict(removal))
    tell_change(s3, locations)


def withdraw_removal(s3: S3Client, locations: Locations, version: int) -> None:
    """Say no more that a version is removed: nothing of it was deleted yet."""
    delete(s3, [locations.removal(version)])
    tell_change(s3, locations)


def find_removal(s3: S3Client, locations: Locations, version: int) -> Removal | None:
    """Return that a version was removed; None where it was not."""
    try:
        return removal_of(read_json(s3, locations.removal(version)))
    except MissingObjectError:
        return None


def all_removals(s3: S3Client, locations: Locations) -> dict[int, Removal]:
    """Return the versions that were removed, by number."""
    try:
        found = [removal_of(read_json(s3, uri)) for uri in list_uris(s3, locations.removals)]
    except MissingObjectError:
        return {}
    return {one.version: one for one in found}
