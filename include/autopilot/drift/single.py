"""The single cells of a run's drops: looked at once per drop and baseline, told by file, line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import PreparedFolder
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.baselinedrops import Baseline, prepared_lines
from include.autopilot.drift.farcells import FarCell, FarColumn
from include.autopilot.drift.look import Look, enough, look_at
from include.autopilot.drift.lookmessages import Place, echo_messages, far_messages
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.leftout import list_uri
from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import read, write_json
from include.autopilot.settings.drift import Action, DriftConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ADAPTER = TypeAdapter(Look)


class DropLooks:
    """What was found in the drops of a run, made or read when it is asked for.

    :param kept: the objects of all comparisons with this baseline; ``identity``: the baseline's.
    """

    def __init__(
        self, s3: S3Client, plan: Plan, kept: Bundle, identity: str, baseline: Baseline, schema: Schema
    ) -> None:
        self._s3 = s3
        self._plan = plan
        self._kept = kept
        self._identity = identity
        self._baseline = baseline
        self._schema = schema

    def look(self, drop: PlannedDrop) -> Look:
        """Return what was found in a drop."""
        try:
            return _ADAPTER.validate_python(self._kept.read_json(self._uri(drop)))
        except MissingObjectError:
            return self.make(drop)[1]

    def make(self, drop: PlannedDrop) -> tuple[Profile, Look]:
        """Read a drop: return its profile and what was found in it, and write the latter for later runs."""
        baseline = self._baseline.profile
        lines = prepared_lines(self._s3, drop.prepared)
        if enough(baseline):
            profile, look = look_at(lines, self._schema, baseline)
        else:
            # A baseline of a few rows says nothing; the drop's own rows may.
            profile = profile_of(lines, self._schema, baseline)
            look = look_at(prepared_lines(self._s3, drop.prepared), self._schema, profile)[1]
        write_json(self._s3, self._uri(drop), _ADAPTER.dump_python(look, mode="json"))
        return profile, look

    def messages(
        self, drops: Sequence[PlannedDrop], rules: DriftConfig, apart: Mapping[str, AbstractSet[str]]
    ) -> Iterator[tuple[Action, str]]:
        """Yield an action and a sentence per finding; rows that a newer drop supersedes do not count.

        :param apart: of each drop the columns that are another population as a whole, which is told elsewhere.
        """
        looks = {drop.name: self.look(drop) for drop in drops}
        for drop in drops:
            single = [column for column in looks[drop.name].far if column.name not in apart.get(drop.name, ())]
            far = [column for found in single if (column := self._standing(drop, found))]
            if far:
                places = self._places(drop, {cell.row for column in far for cell in column.cells})
                yield from far_messages(far, places, rules)
        yield from echo_messages({name: look.echoes for name, look in looks.items()}, rules)

    def _standing(self, drop: PlannedDrop, column: FarColumn) -> FarColumn | None:
        """Return the column without its superseded cells; None where no far one is left."""
        cells = tuple(cell for cell in column.cells if not self._is_superseded(drop, cell))
        if not any(abs(cell.value - column.middle) > column.far for cell in cells):
            return None
        return replace(column, cells=cells, count=column.count - len(column.cells) + len(cells))

    def _is_superseded(self, drop: PlannedDrop, cell: FarCell) -> bool:
        chunk, place = _chunk_of(drop, cell.row)
        removed = drop.superseded.chunks.get(chunk)
        if removed is None:
            return False
        lines = read(self._s3, list_uri(drop.prepared.folder, removed.digest)).body.split()
        return str(place).encode() in lines

    def _places(self, drop: PlannedDrop, rows: set[str]) -> Mapping[str, Place]:
        wanted = {_chunk_of(drop, row): row for row in rows}
        folder = drop.prepared.folder
        bundle = Bundle(self._s3, self._plan.locations, PreparedFolder.of(folder).uri)
        found = {}
        for row in KEY_INDEX.read(bundle, folder):
            name = wanted.get((row.chunk, row.place))
            if name is not None:
                found[name] = Place(drop.row(row.file, row.number).rpartition(":")[0], row.number, row.key)
        return found

    def _uri(self, drop: PlannedDrop) -> str:
        return self._plan.locations.look(self._identity, drop.prepared.prepared)


def _chunk_of(drop: PlannedDrop, row: str) -> tuple[str, int]:
    """Return the chunk and the line there, from 0, of a row as :func:`prepared_lines` names it."""
    chunk, _, place = row.removeprefix(f"{drop.prepared.prepared}/").rpartition(":")
    return chunk, int(place)
