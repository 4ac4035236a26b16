"""One model in a few lines: who serves, how it does, what it costs, and what waits for a person.

What a process has read it leaves in S3, where it may, with the change that it had seen: a new process reads one object
in place of a ledger and all exams. It counts as long as what a process remembers itself does, from when it was read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from include.autopilot.base.errors import AutopilotError, MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.champion.pointer import Champion, champion_at
from include.autopilot.champion.revision import code_revision
from include.autopilot.exams.stored import Exam
from include.autopilot.overview.examined import exams_remembered
from include.autopilot.overview.history import History, JudgedRun, history_of
from include.autopilot.overview.legible import Legible, few, legible
from include.autopilot.overview.onerun import Month, Report, report_of
from include.autopilot.s3.changed import last_change
from include.autopilot.s3.objects import read_json, write

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)
# By root, version and number of exams: an exam never changes, and looking takes the answers of all rows.
_standings: dict[tuple[str, str, int], tuple[bool, str]] = {}
# By root: what was read at a change, unless something could not be read.
_known: dict[str, tuple[str, Glance]] = {}
# A writer that died before it told of its change stays unnoticed no longer than this.
_LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Standing:
    """How the champion stands after its exams; ``sentence`` is for people."""

    declined: bool
    sentence: str


@dataclass(frozen=True)
class Glance:
    """One model.

    :param champion: None where there is none yet, or the pointer cannot be read.
    :param age_days: from the champion's cutoff until now.
    :param last: the run that registered the newest version.
    :param report: that of ``last``.
    :param exam: the newest, of whichever version; ``standing``: of the champion.
    :param problems: a sentence per thing that cannot be read.
    :param read: when all of it was read; what changed since was told of (:mod:`include.autopilot.s3.changed`).
    """

    name: str
    title: str
    champion: Champion | None
    age_days: int | None
    last: JudgedRun | None
    report: Report | None
    exam: Exam | None
    standing: Standing | None
    month: Month
    problems: tuple[str, ...]
    read: datetime

    @property
    def synthetic(self) -> bool:
        """Whether the newest run's rows were made up."""
        return self.last is not None and self.last.synthetic

    @property
    def wants(self) -> tuple[str, ...]:
        """A sentence per thing that S3 knows and that a person should see to."""
        found = [self.standing.sentence] if self.standing and self.standing.declined else []
        became = self.last.became if self.last and self.champion is None else None
        if became and (became.kind, became.number) == ("kept", 0):
            found.append(
                f"There is no champion, so that nothing can be scored: version {became.version} was not promoted "
                f"({became.reason.replace('_', ' ')})."
            )
        return (*found, *(self.report.signals if self.report else ()), *self.problems)


@dataclass(frozen=True)
class Closer(Glance):
    """One model with its past.

    :param exams: of all versions, in the order of the drops.
    """

    history: History
    exams: Sequence[Exam]


Seen = TypeVar("Seen", bound=Glance)
_GLANCE = TypeAdapter(Glance)
# What another release makes of the same objects is not this one's.
_revision = cache(code_revision)


def glance(s3: S3Client, config: ModelConfig, now: datetime, again: bool = False) -> Glance:
    """Look at a model; it never fails for an object that cannot be read.

    What was read once counts as long as nobody has told of a change, for twelve hours at most.

    :param now: with its time zone: ages and the month are told as of it.
    :param again: read everything, whatever was told.
    """
    change = _change(s3, config)
    found = None if again else _remembered(config, change, now) or _left(s3, config, change, now)
    return _as_of(now, config, found or _read_and_leave(s3, config, change, now))


def closer(s3: S3Client, config: ModelConfig, now: datetime, again: bool = False) -> Closer:
    """Look at a model and its past, as :func:`glance` does."""
    change = _change(s3, config)
    found = None if again else _remembered(config, change, now)
    return _as_of(now, config, found if isinstance(found, Closer) else _read_and_leave(s3, config, change, now))


def _change(s3: S3Client, config: ModelConfig) -> str | None:
    """Return the last change, asked before everything else: what changes after this is told of again."""
    return legible(f"The last change of {config.name}", lambda: last_change(s3, Locations(config.root))).content


def _as_of(now: datetime, config: ModelConfig, seen: Seen) -> Seen:
    age = (now - seen.champion.version.moment).days if seen.champion else None
    return replace(seen, name=config.name, title=config.title, age_days=age, month=_month(seen.report, f"{now:%Y-%m}"))


def _remembered(config: ModelConfig, change: str | None, now: datetime) -> Glance | None:
    """Return what this process remembers, where it still counts."""
    known = _known.get(config.root)
    if known is None or known[0] != change or now - known[1].read > _LONGEST:
        return None
    return known[1]


def _left(s3: S3Client, config: ModelConfig, change: str | None, now: datetime) -> Glance | None:
    """Return what another process has left, where it still counts."""
    uri = Locations(config.root).glance

    def find() -> Glance | None:
        try:
            content = read_json(s3, uri)
        except MissingObjectError:
            return None
        if (content["change"], content["revision"]) != (change, _revision()):
            return None
        left = _as_of(now, config, _GLANCE.validate_python(content["glance"]))
        # Nothing is read in the future; clocks that differ make one read more.
        return left if timedelta() <= now - left.read <= _LONGEST else None

    found = None if change is None else legible(uri, find).content
    if change is None or found is None:
        return None
    _known[config.root] = (change, found)
    return found


def _read_and_leave(s3: S3Client, config: ModelConfig, change: str | None, now: datetime) -> Closer:
    seen = _read(s3, config, now)
    if change is None or seen.problems:
        return seen
    _known[config.root] = (change, seen)
    uri = Locations(config.root).glance
    content = {"change": change, "revision": _revision(), "glance": _GLANCE.dump_python(seen, mode="json")}
    try:
        write(s3, uri, json.dumps(content), "application/json")
    except (AutopilotError, BotoCoreError, ClientError) as error:
        # Who cannot write it reads the objects themselves, once per process.
        log.info("%s is not written: %s", uri, error)
    return seen


def _read(s3: S3Client, config: ModelConfig, now: datetime) -> Closer:
    locations = Locations(config.root)
    pointer = legible(f"The champion of {config.name}", lambda: champion_at(s3, locations))
    read = legible(f"The ledger of {config.name}", lambda: history_of(s3, locations))
    history = read.content or History()
    examined = legible(f"The exams of {config.name}", lambda: exams_remembered(s3, locations))
    exams, unread = examined.content or ([], ())
    last = history.runs[-1] if history.runs else None
    report: Legible[Report] = report_of(s3, locations, last.run) if last else Legible(None)
    champion = pointer.content
    # Of a version that has been replaced nobody has to know any more how it stood.
    sat = [exam for exam in exams if champion is not None and exam.arn == champion.version.arn]
    stands = legible(f"How the champion of {config.name} stands", lambda: _standing(s3, locations, sat))
    asked = (pointer, read, examined, report, stands)
    return Closer(
        name=config.name,
        title=config.title,
        champion=champion,
        age_days=None,
        last=last,
        report=report.content,
        exam=exams[-1] if exams else None,
        standing=stands.content,
        month=Month(f"{now:%Y-%m}"),
        problems=(*(one.problem for one in asked if one.problem), *few((*history.problems, *unread))),
        read=now,
        history=history,
        exams=exams,
    )


def _standing(s3: S3Client, locations: Locations, exams: list[Exam]) -> Standing | None:
    """Return how the champion stands after its exams; None where there is none with a mark."""
    if not exams:
        return None
    newest = exams[-1]
    place = (locations.root, newest.arn, len(exams))
    if place not in _standings:
        # scipy takes more than a second: who has no exams does without.
        from include.autopilot.exams.standing import standing

        found = standing(s3, locations, newest.arn, newest.moment)
        if found is None or not found.exams:
            return None
        _standings[place] = (found.decline.declined, found.sentence)
    return Standing(*_standings[place])


def _month(report: Report | None, name: str) -> Month:
    return next((month for month in report.months if month.name == name), Month(name)) if report else Month(name)
