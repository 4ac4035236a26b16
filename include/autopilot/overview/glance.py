"""One model in a few lines: who serves, how it does, what it costs, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.champion.pointer import Champion, champion_at
from include.autopilot.exams.stored import Exam
from include.autopilot.overview.examined import exams_remembered
from include.autopilot.overview.history import History, JudgedRun, history_of
from include.autopilot.overview.legible import Legible, few, legible
from include.autopilot.overview.onerun import Month, Report, report_of
from include.autopilot.s3.changed import last_change

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

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
    :param exams: of all versions, in the order of the drops; ``standing``: of the champion.
    :param problems: a sentence per thing that cannot be read.
    :param read: when all of it was read; what changed since was told of (:mod:`include.autopilot.s3.changed`).
    """

    name: str
    title: str
    champion: Champion | None
    age_days: int | None
    history: History
    last: JudgedRun | None
    report: Report | None
    exams: Sequence[Exam]
    standing: Standing | None
    month: Month
    problems: tuple[str, ...]
    read: datetime

    @property
    def exam(self) -> Exam | None:
        """The newest exam, of whichever version."""
        return self.exams[-1] if self.exams else None

    @property
    def synthetic(self) -> bool:
        """Whether the newest run's rows were made up."""
        return self.last is not None and self.last.synthetic

    @property
    def wants(self) -> tuple[str, ...]:
        """A sentence per thing that S3 knows and that a person should see to."""
        decline = [self.standing.sentence] if self.standing and self.standing.declined else []
        return (*decline, *(self.report.signals if self.report else ()), *self.problems)


def glance(s3: S3Client, config: ModelConfig, now: datetime, again: bool = False) -> Glance:
    """Look at a model; it never fails for an object that cannot be read.

    What was read once counts as long as nobody has told of a change, for twelve hours at most.

    :param now: with its time zone: ages and the month are told as of it.
    :param again: read everything, whatever was told.
    """
    locations = Locations(config.root)
    # Before everything else: what changes after this is told of again.
    change = legible(f"The last change of {config.name}", lambda: last_change(s3, locations)).content
    known = _known.get(config.root)
    if again or known is None or change is None or known[0] != change or now - known[1].read > _LONGEST:
        known = (change or "", _read(s3, config, now))
        if change is not None and not known[1].problems:
            _known[config.root] = known
    seen = known[1]
    champion = seen.champion
    age = (now - champion.version.moment).days if champion else None
    return replace(seen, title=config.title, age_days=age, month=_month(seen.report, f"{now:%Y-%m}"))


def _read(s3: S3Client, config: ModelConfig, now: datetime) -> Glance:
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
    return Glance(
        config.name,
        config.title,
        champion,
        None,
        history,
        last,
        report.content,
        exams,
        stands.content,
        Month(f"{now:%Y-%m}"),
        (*(one.problem for one in asked if one.problem), *few((*history.problems, *unread))),
        now,
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
