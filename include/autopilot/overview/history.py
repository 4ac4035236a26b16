"""A model's ledger for people: its runs and what became of their versions, each in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import number_at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import MOVES, shown_kind
from include.autopilot.champion.removed import Removal, removal_of
from include.autopilot.gate.history import compared_in
from include.autopilot.overview.remembered import summaries

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Event:
    """What happened to a version after its run: see :func:`include.autopilot.champion.ledger.event`.

    :param run: the key of the run that made the version; ``by``: of the run that did this to it.
    :param compared: the numbers of the verdict that decided, by the names that :class:`JudgedRun` has for them.
    """

    run: str
    version: int
    kind: str
    number: int
    at: str
    by: str
    reason: str
    sentence: str
    compared: Mapping[str, Any]

    @property
    def moved(self) -> bool:
        """Whether it made the version the champion."""
        return self.kind in MOVES

    @property
    def shown(self) -> str:
        """What happened, for people."""
        return shown_kind(self.kind, self.number)


@dataclass(frozen=True)
class JudgedRun:
    """One run of the ledger.

    :param cutoff: ISO 8601; ``at``: the instant for which Airflow started it.
    :param value: the challenger's metric on the judging rows; None where it is not defined.
    :param champion: the champion's on the same rows, or the baseline's of a first model; None where none was measured.
    :param low: the ends of the interval of the gain, put on ``champion``: where the challenger's metric may as well lie
        by chance of the rows; both None without a comparison.
    :param decision: promote or keep, with ``reason`` and ``sentence``; None where the run was not judged.
    :param usd: US dollars of its jobs that are known; ``unknown``: how many are not.
    :param events: what happened to its version later, in order.
    :param removed: that the version was removed, in a sentence; None where it was not.
    """

    run: str
    version: int
    cutoff: str
    at: str
    metric: str
    direction: str
    value: float | None
    champion: float | None
    low: float | None
    high: float | None
    rows: int | None
    decision: str | None
    reason: str | None
    sentence: str | None
    usd: float | None
    unknown: int
    synthetic: bool
    events: Sequence[Event] = ()
    removed: str | None = None

    @property
    def was_champion(self) -> bool:
        """Whether its version was ever put in place."""
        return any(event.moved for event in self.events)

    @property
    def became(self) -> Event | None:
        """What became of its version at last; None where nothing was decided yet."""
        return self.events[-1] if self.events else None

    @property
    def fate(self) -> str:
        """What became of its version, for people."""
        if self.became:
            return self.became.shown
        if self.decision is None:
            return "not judged"
        return f"{'do not promote' if self.decision == 'keep' else self.decision}: not carried out yet"

    @property
    def why(self) -> str | None:
        """The sentence that says why."""
        return self.became.sentence if self.became else self.sentence


@dataclass(frozen=True)
class History:
    """The ledger of a model.

    :param runs: by version, the newest last.
    :param moves: every change of the champion, in order.
    :param problems: a sentence per record that cannot be read.
    """

    runs: Sequence[JudgedRun] = ()
    moves: Sequence[Event] = ()
    problems: tuple[str, ...] = ()


def history_of(s3: S3Client, locations: Locations) -> History:
    """Read a model's ledger; an empty one where nothing was entered yet."""
    try:
        found, problems = summaries(s3, locations, locations.ledger, _summary)
    except MissingObjectError:
        return History()
    removals, unread = summaries(s3, locations, locations.removals, removal_of)
    removed = {one.version: one for one in removals}
    events = sorted((one for one in found if isinstance(one, Event)), key=_order)
    of_run: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        of_run.setdefault((event.run, event.version), []).append(event)
    runs = [_with(one, of_run, removed.get(one.version)) for one in found if isinstance(one, JudgedRun)]
    runs.sort(key=lambda run: run.version)
    return History(runs, [event for event in events if event.moved], (*problems, *unread))


def _order(event: Event) -> tuple[int, bool, str]:
    # A person answers before anything is done with the version.
    return event.number, event.kind not in ("approved", "rejected", "timed_out"), event.at


def _with(run: JudgedRun, of_run: dict[tuple[str, int], list[Event]], removal: Removal | None) -> JudgedRun:
    events = tuple(of_run.get((run.run, run.version), ()))
    # Where the champion changed meanwhile it was judged again, and that counts.
    again = next((event.compared for event in reversed(events) if event.compared.get("champion") is not None), {})
    return replace(run, events=events, removed=removal.sentence if removal else None, **again)


def _summary(content: Any) -> Event | JudgedRun:
    version = content["version"]
    if content["kind"] != "run":
        names = ("kind", "at", "by", "reason", "sentence")
        said = {name: text_at(content, name) or "" for name in names}
        number, compared = int(content["number"]), compared_in(content)
        return Event(run=version["run"], version=int(version["version"]), number=number, compared=compared, **said)
    return JudgedRun(
        run=content["run"],
        version=int(version["version"]),
        cutoff=content["cutoff"],
        at=content["at"],
        metric=version["metric"],
        direction=version["direction"],
        value=number_at(version, "value"),
        **compared_in(content),
        decision=text_at(content, "verdict", "decision"),
        reason=text_at(content, "verdict", "reason"),
        sentence=text_at(content, "verdict", "sentence"),
        usd=number_at(content, "cost", "known_usd"),
        unknown=int(number_at(content, "cost", "unknown") or 0),
        synthetic=bool(content.get("synthetic")),
    )
