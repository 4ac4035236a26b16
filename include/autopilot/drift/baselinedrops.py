"""The baseline of a run: which drops it is made of, decided once per template, and their profile.

It is made of what the search saw: the drops up to ``searched_until`` that were there at the first use. A drop of an
older date that comes later was not seen by the search; it is compared like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import BaselineFolder
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import combine
from include.autopilot.candidate.contract import Contract, Schema
from include.autopilot.drift.baseline import read_baseline, write_baseline
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.plan import BaselineDrop, PlannedBaseline
from include.autopilot.drops.planning import RunDrops
from include.autopilot.drops.preparation import read_check
from include.autopilot.drops.prepared import Prepared
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import read_json
from include.autopilot.s3.reader import opened
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ADAPTER = TypeAdapter(PlannedBaseline)


def baseline_of(
    s3: S3Client, run_drops: RunDrops, visible: Sequence[Drop], template: Template, contract: Contract
) -> PlannedBaseline:
    """Return the baseline that is kept, or the one that the run would make.

    :param visible: the drops up to the run's cutoff, oldest first.
    """
    folder = Locations(run_drops.root).baseline(template.digest, contract.digest)
    kept = _kept(s3, folder)
    if kept is not None:
        return kept
    seen, why = _drops_seen(visible, template)
    drops = [run_drops.see(drop) for drop in seen]
    made_of = tuple(BaselineDrop(one.drop.name, one.content.digest, one.prepared.folder) for one in drops)
    return PlannedBaseline(folder, made_of, why, combine(one.content.source for one in drops))


class Baseline:
    """A baseline with its profile, which is made or read when it is asked for.

    :param planned: what the run would make, unless another run was faster.
    :param keep: whether it is written for later runs.
    """

    def __init__(self, s3: S3Client, planned: PlannedBaseline, schema: Schema, keep: bool) -> None:
        self._s3 = s3
        self._schema = schema
        self._keep = keep
        if keep:
            write_once(s3, BaselineFolder(planned.folder).drops, _ADAPTER.dump_python(planned, mode="json"))
        self.planned = _kept(s3, planned.folder) or planned

    @cached_property
    def profile(self) -> Profile:
        """The profile of the baseline's rows."""
        folder = self.planned.folder
        try:
            return read_baseline(self._s3, folder)
        except MissingObjectError:
            folders = [drop.folder for drop in self.planned.drops]
            lines = (line for one in folders for line in prepared_lines(self._s3, read_check(self._s3, one)))
            profile = profile_of(lines, self._schema)
            if self._keep:
                write_baseline(self._s3, folder, profile, self.planned.source)
            return profile


def prepared_lines(s3: S3Client, prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Yield the rows of a prepared drop: a name of its own for each, and the CSV line."""
    for chunk in prepared.chunks:
        with opened(s3, f"{prepared.folder}/{chunk}") as file:
            for place, line in enumerate(file):
                yield f"{prepared.prepared}/{chunk}:{place}", line.decode().rstrip("\n")


def _kept(s3: S3Client, folder: str) -> PlannedBaseline | None:
    try:
        return _ADAPTER.validate_python(read_json(s3, BaselineFolder(folder).drops))
    except MissingObjectError:
        return None


def _drops_seen(visible: Sequence[Drop], template: Template) -> tuple[Sequence[Drop], str]:
    seen = [drop for drop in visible if drop.instant <= template.searched_until]
    # A search that is repeated may have seen more than the run: its first drop is what all runs have in common.
    if seen and template.replay is not None:
        return seen, f"the drops up to {template.searched_until:%Y-%m-%d}, which the search saw"
    return visible[:1], "the first drop: the search that the template came from saw none of the drops for certain"
