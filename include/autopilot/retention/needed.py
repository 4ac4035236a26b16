"""What is needed, and by whom; the rest can be removed. Pure: from an inventory to a list of items with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from include.autopilot.champion.model import champion_name
from include.autopilot.champion.version import Version
from include.autopilot.retention.inventory import Entered, Inventory, MadeModel, RunFiles, main_run
from include.autopilot.s3.objects import Listed

# No job of SageMaker's lasts longer than 28 days: a run without a report that has written nothing since is at an end.
GIVEN_UP = timedelta(days=30)

Kind = Literal["version", "run", "features", "model"]


@dataclass(frozen=True)
class Policy:
    """What is kept beside that which somebody needs.

    :param keep: how many of the newest versions, to roll back to.
    :param days: nothing younger is removed.
    """

    keep: int = 10
    days: int = 30


@dataclass(frozen=True)
class Item:
    """A thing that could be removed.

    :param name: for people.
    :param why: why it is kept or can be removed.
    :param objects: what of it lies in S3; ``models``: its SageMaker models; ``version``: its package, where it has one.
    """

    kind: Kind
    name: str
    removable: bool
    why: str
    objects: Sequence[Listed] = ()
    models: Sequence[str] = ()
    version: Version | None = None

    @property
    def size(self) -> int:
        """Bytes in S3."""
        return sum(one.size for one in self.objects)


@dataclass(frozen=True)
class _Edge:
    """Everything that is younger stays, and why."""

    moment: datetime
    why: str


def items_of(model: str, found: Inventory, policy: Policy) -> list[Item]:
    """Return everything that could be removed, each with its reason to stay or to go.

    :param model: its name.
    """
    edge = _edge(found, policy)
    reasons = dict(_kept_versions(model, found, policy, edge))
    runs = dict(_kept_runs(found, reasons, edge))
    versions = list(_versions(model, found, policy, reasons, runs))
    return [*versions, *_runs(found, runs), *_features(found, edge), *_models(found, versions, edge)]


def unfinished(found: Inventory) -> list[RunFiles]:
    """Return the runs that may still be at work: running, waiting or failed not long ago."""
    runs = found.runs.values()
    return [run for run in runs if not run.reported and not run.dry and run.last > found.now - GIVEN_UP]


def _edge(found: Inventory, policy: Policy) -> _Edge:
    young = _Edge(found.now - timedelta(days=policy.days), f"younger than {policy.days} days")
    begun = [
        _Edge(run.first, f"newer than run {run.key}, which has not come to its report") for run in unfinished(found)
    ]
    return min(young, *begun, key=lambda edge: edge.moment) if begun else young


def _kept_versions(model: str, found: Inventory, policy: Policy, edge: _Edge) -> Iterator[tuple[int, str]]:
    """Give the number of every version that stays, and why."""
    there = [one.version.version for one in found.versions if one.registered and _number(one) not in found.removals]
    newest = set(sorted(there, reverse=True)[: policy.keep])
    for one in found.versions:
        why = _needed(model, found, one, newest, edge)
        if why is not None:
            yield _number(one), why


def _needed(model: str, found: Inventory, one: Entered, newest: set[int], edge: _Edge) -> str | None:
    number, run = _number(one), found.runs.get(main_run(one.version.run))
    if number == found.champion:
        return "is the champion"
    if number in found.removals:
        return None
    if not one.registered:
        return "its package is gone, and nothing here removed it"
    if one.moved:
        return "was the champion: exams of its time and a rollback need it, lineages of scorings name it"
    if number in newest:
        return f"one of the newest {len(newest)}, to roll back to"
    if not one.decided:
        return "nothing was decided about it yet: a person may be asked"
    if {one.version.model, champion_name(model, one.version)} & {
        MadeModel(name, found.now).base for name in found.asked
    }:
        return "a job is asking it"
    if number in found.sat and found.sat[number] > edge.moment:
        return "a backtest has asked it lately"
    if run is not None and run.last > edge.moment:
        return edge.why
    return None


def _kept_runs(found: Inventory, reasons: dict[int, str], edge: _Edge) -> Iterator[tuple[str, str]]:
    """Give the key of every run whose files stay, and why."""
    for one in found.versions:
        if _number(one) in reasons:
            yield main_run(one.version.run), f"version {_number(one)} stays"
    of_versions = {main_run(one.version.run) for one in found.versions}
    for key, run in found.runs.items():
        if key not in of_versions and run in unfinished(found):
            yield key, "it may be at work: it has neither a version nor a report"
        elif key not in of_versions and run.last > edge.moment:
            yield key, edge.why


def _versions(
    model: str, found: Inventory, policy: Policy, reasons: dict[int, str], runs: dict[str, str]
) -> Iterator[Item]:
    named: dict[str, list[str]] = {}
    for made in found.models:
        named.setdefault(made.base, []).append(made.name)
    told = set[str]()
    for one in sorted(found.versions, key=_number):
        key, version = main_run(one.version.run), one.version
        bases = (MadeModel(version.model, found.now).base, champion_name(model, version))
        models = [name for base in bases for name in named.get(base, ())]
        # A run that was cleared made several versions in one folder; it is counted once.
        objects = found.runs[key].large if key in found.runs and key not in told else ()
        why = reasons.get(_number(one))
        if why is None and key in runs:
            objects = ()
        told |= {key} if objects else set()
        if why is None and not (one.registered or models or objects):
            continue
        gone = f"never the champion, and {policy.keep} newer ones stay"
        begun = "its removal was begun" if _number(one) in found.removals else gone
        yield Item("version", f"version {_number(one)}", why is None, why or begun, objects, models, version)


def _runs(found: Inventory, kept: dict[str, str]) -> Iterator[Item]:
    of_versions = {main_run(one.version.run) for one in found.versions}
    for key, run in sorted(found.runs.items()):
        if key not in of_versions and run.large:
            why = kept.get(key)
            yield Item("run", f"run {key}", why is None, why or "it made no version, and is at an end", run.large)


def _features(found: Inventory, edge: _Edge) -> Iterator[Item]:
    at_work = {run.template: run.key for run in unfinished(found)}
    for template, files in sorted(found.features.items()):
        why = None
        if template == found.template:
            why = "of the published template: every retraining reads them"
        elif template in at_work:
            why = f"run {at_work[template]} reads them"
        elif any(one.modified is None or one.modified > edge.moment for one in files):
            why = edge.why
        gone = "of a template that is not published any more: no retraining reads them"
        yield Item("features", f"features of template {template}", why is None, why or gone, files)


def _models(found: Inventory, versions: Sequence[Item], edge: _Edge) -> Iterator[Item]:
    """Give the models that belong to no version of the ledger, and can be made again by the task that made them."""
    of_versions = {name for item in versions for name in item.models}
    asked = {MadeModel(name, found.now).base for name in found.asked}
    for made in found.models:
        if made.name in of_versions:
            continue
        why = "a job is asking it" if made.base in asked else edge.why if made.created > edge.moment else None
        yield Item("model", made.name, why is None, why or "of no version, and its run is at an end", (), (made.name,))


def _number(one: Entered) -> int:
    return one.version.version
