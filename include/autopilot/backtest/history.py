"""What there is of a model's past: the models that its runs made, its drops, and who has predicted which drop.

A model is asked a drop that came after everything that it learned, as in an exam, and only rows that it never saw.
What champions answered in their exams counts; the rest is kept beside them, so that nothing is paid for twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import timeline
from include.autopilot.champion.removed import all_removals
from include.autopilot.champion.version import Version
from include.autopilot.drops.content import DropContent, content_of
from include.autopilot.drops.listing import list_drops
from include.autopilot.exams.stored import Exam, exams_in
from include.autopilot.gate.history import judged_runs
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class PastModel:
    """One model that a run made.

    :param decision: what the gate said of it, promote or keep; ``promoted``: whether it became the champion.
    :param refit: whether its run made all features anew, by a featurizer of its own.
    :param billed: the run whose jobs made it: of a second challenger that of the first.
    :param learned: how many drops it could learn from.
    :param exams: what it came to on later drops, by the digest of the drop.
    """

    version: Version
    decision: str
    promoted: bool
    refit: bool
    billed: str
    learned: int
    exams: Mapping[str, Exam]


@dataclass(frozen=True)
class History:
    """A model's past.

    :param models: from the first champion on, by their cutoffs, one for each: who was promoted, else the last.
    :param drops: those that came after the first model's cutoff, in order.
    :param removed: the numbers of versions that were removed before they had predicted every later drop: nobody can ask
        them any more, so they are left out.
    """

    models: tuple[PastModel, ...]
    drops: tuple[DropContent, ...]
    removed: tuple[int, ...] = ()

    def missing(self, model: PastModel) -> list[DropContent]:
        """Return the drops after everything that a model learned which it has not predicted yet."""
        return [drop for drop in later(self, model) if drop.digest not in model.exams]

    @property
    def complete(self) -> tuple[PastModel, ...]:
        """The models that have predicted every later drop."""
        return tuple(model for model in self.models if not self.missing(model))

    @property
    def incomplete(self) -> tuple[PastModel, ...]:
        """The models that have not predicted every later drop yet."""
        return tuple(model for model in self.models if self.missing(model))


def later(history: History, model: PastModel) -> list[DropContent]:
    """Return the drops that came after everything that a model learned."""
    return [drop for drop in history.drops if drop.drop.instant > model.version.moment]


def past_of(s3: S3Client, config: ModelConfig, until: datetime | None) -> History:
    """Look what there is.

    :param until: drops dated later are not looked at, nor models that learned later; None: all count.
    """
    locations = Locations(config.root)
    drops = [drop for drop in list_drops(s3, locations).drops if until is None or drop.instant <= until]
    moves = {record["version"]["arn"] for record in timeline(s3, locations) if record["kind"] == "promoted"}
    records = sorted(judged_runs(s3, locations), key=lambda one: _rank(one, moves))
    last = {record["cutoff"]: record for record in records}
    models = []
    for record in last.values():
        version = Version(**record["version"])
        if until is not None and version.moment > until:
            continue
        learned = sum(drop.instant <= version.moment for drop in drops)
        decision, refit = record["verdict"]["decision"], record.get("path") == "refit"
        exams = _exams(s3, locations, version.version)
        billed = record.get("beside") or record["run"]
        models.append(PastModel(version, decision, version.arn in moves, refit, billed, learned, exams))
    models.sort(key=lambda model: model.version.moment)
    models = models[next((place for place, model in enumerate(models) if model.promoted), 0) :]
    files = {exam.drop: exam.files for model in models for exam in model.exams.values()}
    new = [drop for drop in drops if models and drop.instant > models[0].version.moment]
    whole = History(tuple(models), tuple(content_of(s3, drop, files.get(drop.name, {})) for drop in new))
    return _without(whole, all_removals(s3, locations))


def _without(history: History, removals: Mapping[int, object]) -> History:
    gone = {model.version.version for model in history.incomplete} & set(removals)
    kept = tuple(model for model in history.models if model.version.version not in gone)
    return replace(history, models=kept, removed=tuple(sorted(gone)))


def _rank(record: Mapping[str, Any], moves: set[str]) -> tuple[bool, int]:
    """Return which of a cutoff's models counts, the highest: who was promoted, else who was registered last."""
    return record["version"]["arn"] in moves, int(record["version"]["version"])


def _exams(s3: S3Client, locations: Locations, version: int) -> dict[str, Exam]:
    """Return what a version came to; where it sat an exam as the champion, that counts."""
    folders = locations.backtested(version), locations.exams(version)
    return {exam.digest: exam for folder in folders for exam in exams_in(s3, folder)}
