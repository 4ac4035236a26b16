"""One run for people: the verdict, what became of its version, what its report says, and the report itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import items_at, mapping_at, number_at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.drops.secondchallenger import second_key
from include.autopilot.overview.history import JudgedRun, history_of
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.s3.objects import read, read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

# As include.autopilot.base.cutoff.run_key writes them, and as second_key goes on.
_KEY = re.compile(rf"[0-9]{{8}}T[0-9]{{6}}-[0-9a-f]{{8}}({second_key('')})?")


@dataclass(frozen=True)
class Month:
    """What a month has cost so far.

    :param name: ``YYYY-MM``; ``unknown`` for jobs whose month nobody knows.
    :param usd: US dollars that are known; None where no report of the month was found.
    :param unknown: how many jobs have no known cost, of ``jobs`` in all.
    :param saved: US dollars that spot capacity saved; None where that is unknown.
    :param run: the key of the run whose report says so.
    """

    name: str
    usd: float | None = None
    unknown: int = 0
    run: str | None = None
    jobs: int = 0
    saved: float | None = None


@dataclass(frozen=True)
class Report:
    """What a run's ``report.json`` says, as far as pages between runs show it.

    :param run: the key of the run; ``cutoff``: ISO 8601.
    :param drops: a mapping per drop: ``drop``, ``rows``, ``used`` and others.
    :param drift: a sentence per drop that the run compared; ``drifted``: those that warned.
    :param standing: how the champion stood after its exams up to the cutoff; ``declined``: whether it had declined.
    :param signals: why a new search may be worth it.
    :param holdouts: those that the run predicted, the one that judged first.
    :param months: what the model's runs had cost when the report was written, the newest month last.
    """

    run: str
    cutoff: str
    drops: Sequence[Mapping[str, Any]]
    drift: Sequence[str]
    drifted: Sequence[str]
    standing: str | None
    declined: bool
    signals: Sequence[str]
    months: Sequence[Month]
    holdouts: Sequence[str] = ()


@dataclass(frozen=True)
class RunTold:
    """One run.

    :param judged: its records in the ledger, one per version that it registered; none before that.
    :param report: None where it has none yet, or none that can be read.
    :param problems: a sentence per thing that cannot be read.
    """

    key: str
    judged: Sequence[JudgedRun]
    report: Report | None
    problems: tuple[str, ...]


def is_run_key(text: str) -> bool:
    """Whether a text can be the key of a run: it becomes part of an address in S3."""
    return _KEY.fullmatch(text) is not None


def run_told(s3: S3Client, config: ModelConfig, key: str) -> RunTold:
    """Return what there is to say of a run; it never fails for an object that cannot be read.

    :param key: of the run, see :func:`is_run_key`.
    """
    locations = Locations(config.root)
    history = legible(f"The ledger of {config.name}", lambda: history_of(s3, locations))
    report = report_of(s3, locations, key)
    if report.content is None and report.problem is None:
        # Of two challengers the one that was put forward has the report.
        report = report_of(s3, locations, second_key(key))
    runs = history.content.runs if history.content else ()
    judged = [run for run in runs if run.run in (key, second_key(key))]
    problems = [one.problem for one in (history, report) if one.problem]
    return RunTold(key, judged, report.content, tuple(problems))


def report_of(s3: S3Client, locations: Locations, key: str) -> Legible[Report]:
    """Read what a run's report says; neither content nor problem where it has none yet."""

    def find() -> Report | None:
        try:
            return _report(key, read_json(s3, locations.run(key).report))
        except MissingObjectError:
            return None

    found = legible(f"The report of run {key}", find)
    return Legible(found.content, found.problem)


def report_page(s3: S3Client, config: ModelConfig, key: str) -> Legible[bytes]:
    """Read a run's ``report.html``.

    :param key: of the run, see :func:`is_run_key`.
    """
    return legible(f"The report of run {key}", lambda: read(s3, Locations(config.root).run(key).report_page).body)


def _report(key: str, content: Any) -> Report:
    drift = items_at(content, "drift", "drops")
    said = [f"Drop {one.get('drop')}: {one.get('sentence')}" for one in drift]
    return Report(
        run=key,
        cutoff=str(content["cutoff"]),
        drops=items_at(content, "drops"),
        drift=said,
        drifted=[sentence for sentence, one in zip(said, drift, strict=True) if one.get("warnings")],
        standing=text_at(content, "standing", "sentence"),
        declined=bool(mapping_at(content, "standing").get("declined")),
        signals=[str(one) for one in content.get("search_signal") or ()],
        months=[_month(key, name, told) for name, told in sorted(mapping_at(content, "cost", "months").items())],
        holdouts=list(mapping_at(content, "holdouts")),
    )


def _month(key: str, name: str, told: Any) -> Month:
    unknown, jobs = (int(number_at(told, member) or 0) for member in ("unknown", "jobs"))
    return Month(name, number_at(told, "known_usd"), unknown, key, jobs, number_at(told, "saving_usd"))
