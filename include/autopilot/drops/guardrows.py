"""From an object in a manifest to the rows behind it: the prepared chunk, its key index, and the drop's date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from include.autopilot.base.digest import of_bytes
from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import FEATURES_CHUNK, PREPARED_CHUNK, PreparedFolder
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.leftout import lines_out, list_uri
from include.autopilot.drops.listing import Drop, parse_name
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.preparation import check_in
from include.autopilot.drops.prepared import Prepared
from include.autopilot.drops.seals import Seal, Seals
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import list_uris

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Traced:
    """One object of a manifest.

    :param side: that of the manifest.
    :param prepared: what ``check.json`` says of the drop it was made of; ``chunk``: its chunk there.
    :param lines: the digest of the list of lines that were taken out; None: all are there.
    :param name: the drop; ``files``: its files in order, where the seal knows them.
    """

    side: str
    prepared: Prepared
    chunk: str
    lines: str | None
    name: str
    files: tuple[str, ...]


def trace(
    s3: S3Client, bundle: Bundle, plan: Plan, manifests: Mapping[str, list[str]], seals: Seals
) -> tuple[list[Traced], list[str]]:
    """Return what is behind the objects of manifests, and a sentence per object that must not be there.

    :param bundle: the objects of drops that were prepared as the run's are.
    :param manifests: side -> the addresses in its manifest.
    """
    tracer = _Tracer(s3, bundle, plan, seals)
    found = [tracer.trace(side, uri) for side, uris in manifests.items() for uri in uris]
    return [one for one in found if isinstance(one, Traced)], [one for one in found if isinstance(one, str)]


def rows_of(bundle: Bundle, traced: Sequence[Traced]) -> Iterator[tuple[str, str, str, str]]:
    """Yield side, key, name, fingerprint of every row of the traced objects of one drop, whose index is read once."""
    folder = traced[0].prepared.folder
    gone = [_gone(bundle, one) for one in traced]
    places: dict[str, list[int]] = {}
    for place, one in enumerate(traced):
        places.setdefault(one.chunk, []).append(place)
    for row in KEY_INDEX.read(bundle, folder):
        for place in places.get(row.chunk, ()):
            if not gone[place][row.place]:
                one = traced[place]
                yield one.side, row.key, f"{one.name}/{one.files[row.file]}:{row.number}", row.fingerprint


def _gone(bundle: Bundle, traced: Traced) -> bytearray:
    """Return a byte per line of a chunk: whether it was taken out."""
    gone = bytearray(traced.prepared.lines[traced.chunk])
    if traced.lines is not None:
        for line in lines_out(bundle, traced.prepared.folder, traced.lines):
            gone[line] = 1
    return gone


class _Tracer:
    def __init__(self, s3: S3Client, bundle: Bundle, plan: Plan, seals: Seals) -> None:
        self._s3 = s3
        self._bundle = bundle
        self._plan = plan
        self._seals = seals
        self._folders = list(dict.fromkeys(drop.prepared.folder for drop in plan.drops))
        self._checks: dict[str, Prepared] = {}
        self._drops: dict[str, tuple[str, Seal] | str] = {}
        self._all = False

    def trace(self, side: str, uri: str) -> Traced | str:
        """Return what is behind an object, or what is wrong with it."""
        match = FEATURES_CHUNK.fullmatch(uri) or PREPARED_CHUNK.fullmatch(uri)
        if match is None:
            return f"The manifest of {side} names {uri}, which is no chunk of a prepared drop."
        wanted = match["prepared"] if match.re is FEATURES_CHUNK else PreparedFolder(match["folder"]).rows
        prepared = self._find(wanted)
        if prepared is None or match["chunk"] not in prepared.lines:
            return f"The manifest of {side} names {uri}; no prepared drop has that chunk."
        if match["lines"] and not self._list_is_whole(prepared, match["lines"]):
            return f"{uri}: the list of lines that were taken out is not the one that its name is the digest of."
        drop = self._drop(prepared)
        if isinstance(drop, str):
            return f"The manifest of {side} names {uri}, {drop}."
        return Traced(side, prepared, match["chunk"], match["lines"], drop[0], tuple(drop[1].files))

    def _find(self, wanted: str) -> Prepared | None:
        """Return the prepared drop by its folder or the digest of its chunks; the run's own are looked at first."""
        if wanted not in self._checks:
            self._read()
        if wanted not in self._checks and not self._all:
            self._all = True
            uris = list_uris(self._s3, self._plan.locations.all_prepared)
            self._folders = [found.rows for uri in uris if (found := PreparedFolder.of_check(uri))]
            self._read()
        return self._checks.get(wanted)

    def _read(self) -> None:
        for folder in self._folders:
            try:
                check = check_in(self._bundle, folder)
            except MissingObjectError:
                continue
            self._checks[folder] = self._checks[check.prepared] = check
        self._folders = []

    def _list_is_whole(self, prepared: Prepared, digest: str) -> bool:
        try:
            return of_bytes(self._bundle.read(list_uri(prepared.folder, digest))) == digest
        except MissingObjectError:
            return False

    def _drop(self, prepared: Prepared) -> tuple[str, Seal] | str:
        """Return the drop that brought a content first, or why the run may not see it."""
        if prepared.digest not in self._drops:
            self._drops[prepared.digest] = self._brought(prepared.digest)
        return self._drops[prepared.digest]

    def _brought(self, digest: str) -> tuple[str, Seal] | str:
        own = [drop.name for drop in self._plan.drops if drop.prepared.digest == digest]
        later = None
        for name in (*own, *self._seals.names):
            seal = next((one for one in self._seals.versions(name) if one.digest == digest), None)
            if seal is not None and _instant(name) <= self._plan.cutoff:
                return name, seal
            later = later or (name if seal else None)
        if later is None:
            return f"whose content ({digest}) no sealed drop has"
        return f"which is of drop {later}, dated after the cutoff {self._plan.cutoff.isoformat()}"


def _instant(name: str) -> datetime:
    day, number = parse_name(name)
    return Drop(day, (), number).instant
