"""One pass over rows: their profile, the cells far outside what is expected, the features that repeat the target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.echo import Echo, echoes_of
from include.autopilot.drift.farcells import FarCells, FarColumn
from include.autopilot.drift.fence import FEWEST, fences_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import Profiler, blocks_of, profile_of


@dataclass(frozen=True)
class Look:
    """What single cells of a table, and single columns of it, show by themselves."""

    far: tuple[FarColumn, ...]
    echoes: tuple[Echo, ...]


def look_at(lines: Iterable[tuple[str, str]], schema: Schema, reference: Profile) -> tuple[Profile, Look]:
    """Return the profile of rows, made like the reference's, and what was found in them.

    :param lines: a name and the CSV line of every row.
    :param reference: what the rows are held against: the baseline's profile, or their own.
    """
    profiler = Profiler(schema, reference)
    far = FarCells(schema.columns, fences_of(reference, schema))
    for block in blocks_of(lines):
        far.add([name for name, _ in block], profiler.add(block))
    return profiler.finish(), Look(far.finish(), echoes_of(*profiler.sampled(), schema))


def enough(reference: Profile) -> bool:
    """Whether a profile has rows enough for others to be held against it."""
    return reference.rows >= FEWEST


def look_at_itself(lines: Iterable[tuple[str, str]], schema: Schema) -> Look:
    """Return what is found in rows that are held against nothing but themselves.

    :param lines: can be gone through twice.
    """
    return look_at(lines, schema, profile_of(lines, schema))[1]
