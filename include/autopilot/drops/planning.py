"""Which drops a run trains on, each checked against its seal, prepared, and given a place for its features."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from include.autopilot.base.errors import ChangedError, RunError
from include.autopilot.base.locations import Locations
from include.autopilot.base.names import job_name
from include.autopilot.drops.content import DropContent, content_of
from include.autopilot.drops.listing import Drop, parse_name
from include.autopilot.drops.plan import Path, PlannedDrop
from include.autopilot.drops.preparation import Rules, prepare_drop
from include.autopilot.drops.prepared import Prepared
from include.autopilot.drops.seals import Seal, seals_of
from include.autopilot.s3.bundle import Bundle
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.window import Newest, Window

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Featurizing:
    """Whose features a run uses: the template's are shared by all runs; those of a new fit are the run's own."""

    template: str
    run: str
    path: Path

    def folder(self, locations: Locations, prepared: Prepared) -> str:
        """Return the folder of a drop's features."""
        shared = locations.features(self.template, prepared.prepared)
        return locations.run(self.run).features(prepared.prepared) if self.path == "refit" else shared

    def job(self, config: ModelConfig, day: date, prepared: Prepared) -> str:
        """Return the name of the job that makes them: with the template's featurizer one job for all runs."""
        own: tuple[str, ...] = (self.run,) if self.path == "refit" else ()
        if config.kms_key is not None:
            # With another key it is another request; features that are there serve whatever they are encrypted with.
            own += (config.kms_key,)
        return job_name(config.name, "featurize", day, prepared.folder, prepared.prepared, self.template, *own)


@dataclass(frozen=True)
class SeenDrop:
    """A drop that the run may use: what is in it, and what was prepared of it.

    :param version: 1, or more where changes were accepted; ``first_run``: the run that uses this version first.
    """

    drop: Drop
    content: DropContent
    prepared: Prepared
    version: int
    first_run: str


def in_window(visible: Sequence[Drop], window: Window, cutoff: datetime) -> Sequence[Drop]:
    """Return the visible drops that the run trains on.

    :param visible: oldest first.
    :raises RunError: there is none in the window.
    """
    if not isinstance(window, Newest):
        return visible
    if window.days is None:
        return visible[-(window.drops or 1) :]
    found = [drop for drop in visible if drop.instant > cutoff - timedelta(days=window.days)]
    if not found:
        raise RunError(
            f"No drop is of the {window.days} days up to {cutoff.isoformat()}; the newest is {visible[-1].name}. "
            "Deliver one, choose a data scope in the form, or change window in the model's YAML."
        )
    return found


class RunDrops:
    """The drops of a model as one run sees them. Every drop is looked at once.

    :param run: the run's name.
    :ivar bundle: the objects of the drops that were prepared by the run's rules.
    """

    def __init__(self, s3: S3Client, config: ModelConfig, rules: Rules, run: str) -> None:
        self._s3 = s3
        self._config = config
        self._rules = rules
        self._run = run
        self._locations = Locations(config.root)
        self._seals = seals_of(s3, config, "drop")
        self.bundle = Bundle(s3, self._locations, self._locations.preparation(rules.digest))
        self._seen: dict[str, SeenDrop] = {}

    @property
    def root(self) -> str:
        """The model's folder in S3."""
        return self._locations.root

    def see(self, drop: Drop) -> SeenDrop:
        """Return a drop after the contract check.

        :raises ContractError: it breaks the contract.
        :raises ChangedError: it is not what it was when a run first used it, and that is refused.
        """
        if drop.name not in self._seen:
            self._seen[drop.name] = self._look(drop)
        return self._seen[drop.name]

    def check_gone(self, scope: Sequence[Drop], cutoff: datetime, whole: bool) -> None:
        """See whether drops that earlier runs used are still there.

        :param scope: the drops that the run trains on.
        :param whole: whether these are all drops; otherwise only what is newer than the oldest of them matters.
        :raises ChangedError: one is gone, and that is refused.
        """
        there = {drop.name for drop in scope}
        for name in self._seals.names:
            day, _ = parse_name(name)
            expected = day <= cutoff.date() and (whole or day > scope[0].day)
            sealed = self._seals.find(name) if expected and name not in there else None
            if sealed is None:
                continue
            sentence = f"Drop {name}, which run {sealed.seal.run} used, is gone from {self._locations.drops}."
            if self._config.changed_drops == "refuse":
                raise ChangedError(
                    f"{sentence} Put it back, or set changed_drops: accept in {self._config.name}.yaml to go on "
                    "without it."
                )
            log.warning("%s The run goes on without it.", sentence)

    def sources(self, scope: Sequence[Drop]) -> list[str | None]:
        """Return where the rows of the drops come from."""
        return [self.see(drop).content.source for drop in scope]

    def plan(self, scope: Sequence[Drop], featurizing: Featurizing) -> tuple[PlannedDrop, ...]:
        """Return the drops of a run, oldest first."""
        planned: list[PlannedDrop] = []
        days: dict[str, date] = {}
        for drop in scope:
            seen = self.see(drop)
            prepared = seen.prepared
            planned.append(
                PlannedDrop(
                    day=drop.day,
                    files=tuple(file.uri for file in drop.files),
                    prepared=prepared,
                    features=featurizing.folder(self._locations, prepared),
                    job=featurizing.job(self._config, drop.day, prepared),
                    repeats=days.get(prepared.digest),
                    name=drop.name,
                    version=seen.version,
                    first_run=seen.first_run,
                    contents=seen.content.files,
                )
            )
            days.setdefault(prepared.digest, drop.day)
        return tuple(planned)

    def keep(self) -> None:
        """Remember for later runs what was read of the drops."""
        self._seals.keep()
        self.bundle.keep()

    def _look(self, drop: Drop) -> SeenDrop:
        known = self._seals.find(drop.name)
        content = content_of(self._s3, drop, known.seal.files if known else {})
        self._seals.check(drop.name, Seal(content.digest, self._run, content.files))
        prepared = prepare_drop(self._s3, self.bundle, self._locations, content, self._rules)
        for column in prepared.extra:
            log.warning("Drop %s: column %r is not in the contract and is left out.", drop.name, column)
        if not prepared.rows:
            log.warning("Drop %s has a header and no rows.", drop.name)
        if known is not None and known.seal.digest == content.digest:
            return SeenDrop(drop, content, prepared, known.number, known.seal.run)
        return SeenDrop(drop, content, prepared, known.number + 1 if known else 1, self._run)
