"""Seals: what a drop or a holdout held when a run first used it, so that a later change is noticed.

Every version is an object of its own, ``1.json``, ``2.json`` …, written only if it is not there yet: of two runs that
see something for the first time at once, one seals it and the other compares. Nothing is ever overwritten.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter

from include.autopilot.base.errors import ChangedError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.content import FileContent
from include.autopilot.drops.listing import list_drops, next_name, parse_name
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.conditional import write_once
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Kind = Literal["drop", "holdout"]
Rule = Literal["refuse", "accept"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seal:
    """One version.

    :param digest: of the content.
    :param run: the run that used it first.
    :param files: the files by name.
    """

    digest: str
    run: str
    files: Mapping[str, FileContent]


@dataclass(frozen=True)
class Sealed:
    """The version that counts: the last one.

    :param number: from 1; above 1 where changes were accepted.
    """

    number: int
    seal: Seal


_ADAPTER = TypeAdapter(Seal)


class Seals:
    """The seals of a model's drops or holdouts.

    :param rule: what is done about a change: ``refuse`` it, or ``accept`` it as a new version.
    :param yaml: the file that states the rule, for messages.
    """

    def __init__(self, s3: S3Client, locations: Locations, kind: Kind, rule: Rule, yaml: str) -> None:
        self._s3 = s3
        self._locations = locations
        self._folder = locations.seals(kind)
        self._kind = kind
        self._rule = rule
        self._yaml = yaml
        self._last: dict[str, int] = {}
        self._read_before: dict[tuple[str, int], Seal] = {}
        self._objects = Bundle(s3, locations, self._folder)
        for uri in self._objects.uris:
            name, _, number = uri.removeprefix(f"{self._folder}/").removesuffix(".json").partition("/")
            self._last[name] = max(int(number), self._last.get(name, 0))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is sealed, in order."""
        return tuple(sorted(self._last))

    def find(self, name: str) -> Sealed | None:
        """Return the version that counts, or None where nothing is sealed."""
        number = self._last.get(name)
        return None if number is None else Sealed(number, self._read(name, number))

    def versions(self, name: str) -> tuple[Seal, ...]:
        """Return all versions, oldest first."""
        return tuple(self._read(name, number) for number in range(1, self._last.get(name, 0) + 1))

    def check(self, name: str, now: Seal) -> Sealed | None:
        """Return the seal, if there is one and it is of this content or of a change that is accepted.

        :raises ChangedError: the content is another one, and that is refused.
        """
        sealed = self.find(name)
        if sealed is None or sealed.seal.digest == now.digest:
            return sealed
        sentence = f"{self._kind.capitalize()} {name} was changed: {difference(sealed.seal, now)}."
        if self._rule == "refuse":
            raise ChangedError(f"{sentence} {self._cure(name)}")
        log.warning("%s Accepted as version %s.", sentence, sealed.number + 1)
        return sealed

    def put(self, name: str, now: Seal) -> Sealed:
        """Seal a content, as a new version where it is another one, and return the version that counts.

        :raises ChangedError: it is another one, and that is refused.
        """
        sealed = self.check(name, now)
        if sealed is not None and sealed.seal.digest == now.digest:
            return sealed
        number = 1 if sealed is None else sealed.number + 1
        written = write_once(self._s3, self._uri(name, number), _ADAPTER.dump_python(now, mode="json"))
        self._last[name] = number
        # Another run was faster: its version counts.
        return Sealed(number, now) if written else self.put(name, now)

    def keep(self) -> None:
        """Remember for later runs what was read."""
        self._objects.keep()

    def _cure(self, name: str) -> str:
        accept = f"set changed_{self._kind}s: accept in {self._yaml} to go on with the new content"
        if self._kind == "drop":
            drops = (drop.name for drop in list_drops(self._s3, self._locations).drops)
            free = next_name(parse_name(name)[0], (name, *self.names, *drops))
            own = f"deliver the new rows as a drop of their own ({free}, say)"
            return f"Put the old files back and {own}, or {accept}."
        return f"Put the old file back, give the new rows a name of their own (holdouts: in {self._yaml}), or {accept}."

    def _read(self, name: str, number: int) -> Seal:
        # A version never changes, so it is read once.
        if (name, number) not in self._read_before:
            self._read_before[name, number] = _ADAPTER.validate_python(self._objects.read_json(self._uri(name, number)))
        return self._read_before[name, number]

    def _uri(self, name: str, number: int) -> str:
        return self._locations.seal(self._kind, name, number)


def seals_of(s3: S3Client, config: ModelConfig, kind: Kind) -> Seals:
    """Return the seals of a model's drops or holdouts, with the rule of its YAML."""
    rule = config.changed_drops if kind == "drop" else config.changed_holdouts
    return Seals(s3, Locations(config.root), kind, rule, f"{config.name}.yaml")


def difference(before: Seal, now: Seal) -> str:
    """Return in words what changed since a seal was made."""
    told = []
    for name in sorted({*before.files, *now.files}):
        old, new = before.files.get(name), now.files.get(name)
        if old is None and new is not None:
            told.append(f"{name} is new ({new.digest})")
        elif new is None and old is not None:
            told.append(f"{name} ({old.digest}) is gone")
        elif old is not None and new is not None and old.digest != new.digest:
            told.append(f"{name} was {old.digest} and is {new.digest}")
    return f"{'; '.join(told)}; as a whole it was {before.digest}, first seen by run {before.run}, and is {now.digest}"
