"""The plan of one run: everything its steps need to know, decided once by the first task and read by all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.folders import RunFolder
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import is_synthetic
from include.autopilot.drops.content import FileContent
from include.autopilot.drops.findings import Finding
from include.autopilot.drops.leftout import Conflicts, Superseded
from include.autopilot.drops.listing import parse_name
from include.autopilot.drops.prepared import Prepared
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.options import RunOptions
from include.autopilot.settings.retune import Recipe
from include.autopilot.settings.window import Window
from include.autopilot.template.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# Replay the candidate with its featurizer (reuse), replay it and fit the featurizer first (refit), or search again
# where it left no steps to replay.
Path = Literal["reuse", "refit", "search_again"]


@dataclass(frozen=True)
class PlannedDrop:
    """A drop that the run trains on.

    :param features: the S3 folder of its features.
    :param job: the name of the transform job that makes them.
    :param repeats: the date of an earlier drop with the same content; its rows are used once.
    :param name: its folder; ``version``: 1, or more where a change of its files was accepted; ``first_run``: the run
        that used this version first; ``contents``: its files by name, as they were read.
    :param superseded: its rows that the run leaves out.
    :param recent: how many keys that it brought first are such as judge while they are new; ``judging``: how many rows
        of it judge in this run.
    """

    day: date
    files: tuple[str, ...]
    prepared: Prepared
    features: str
    job: str
    repeats: date | None
    name: str
    version: int
    first_run: str
    contents: Mapping[str, FileContent] = field(default_factory=dict)
    superseded: Superseded = field(default_factory=Superseded)
    recent: int = 0
    judging: int = 0

    @property
    def kept(self) -> Prepared:
        """What the run uses of it: the prepared drop, counted without the rows that are left out."""
        prepared, gone = self.prepared, self.superseded
        if not gone.chunks:
            return prepared
        return replace(
            prepared,
            chunks=tuple(chunk for chunk in prepared.chunks if self._left(chunk)),
            train=prepared.train - gone.rows("train"),
            validation=prepared.validation - gone.rows("validation"),
            train_classes=dict(Counter(prepared.train_classes) - Counter(gone.train_classes)),
            validation_classes=dict(Counter(prepared.validation_classes) - Counter(gone.validation_classes)),
        )

    def row(self, file: int, number: int) -> str:
        """Return the name of a row: where it was delivered, ``2024-02-01/rows.csv:17``.

        :param file: the drop's file, counted from 0; ``number``: the line there, from 1.
        """
        return f"{self.name}/{self.files[file].rpartition('/')[2]}:{number}"

    def _left(self, chunk: str) -> bool:
        removed = self.superseded.chunks.get(chunk)
        return removed is None or removed.rows < self.prepared.lines[chunk]


@dataclass(frozen=True)
class PlannedHoldout:
    """A holdout that the run predicts: ``input`` holds lines ``key,target,features...``, in the file's order.

    :param sealed: False of the recent rows, whose file is the run's own.
    """

    name: str
    uri: str
    digest: str
    rows: int
    input: str
    sealed: bool = True


@dataclass(frozen=True)
class BaselineDrop:
    """A drop of the baseline: its name, the digest of its content, and the folder of its prepared chunks."""

    name: str
    digest: str
    folder: str


@dataclass(frozen=True)
class PlannedBaseline:
    """What new drops are compared with: its folder, the drops it is made of, why these, and their source."""

    folder: str
    drops: tuple[BaselineDrop, ...]
    why: str
    source: str | None


@dataclass(frozen=True)
class PlannedDecline:
    """A decline of the champion: from then on the run judges anew, by rows since the change.

    :param version: the number of the version that declined.
    :param seen: the drop in which it was seen; names the looks that begin anew.
    :param since: the first drop of the change.
    """

    version: int
    seen: str
    since: str

    def covers(self, drop: str) -> bool:
        """Whether a drop, by its name, was delivered since the change."""
        return parse_name(drop) >= parse_name(self.since)


@dataclass(frozen=True)
class PlannedRetune:
    """How a run tunes around the winner.

    :param jobs: how many trainings; ``parallel``: at a time.
    :param parent: the earlier tuning job that it begins with.
    """

    jobs: int
    parallel: int
    parent: str | None = None


@dataclass(frozen=True)
class Plan:
    """One run. The first holdout judges. Times are UTC.

    ``source`` says in words where the rows come from, ``notes`` what readers must know.

    Later runs read the plan of the champion's run, so a member added to it needs a default.

    :param columns: the columns of prepared drops, in order.
    :param path: how the model is made: see :data:`Path`.
    :param conflicts: keys whose rows do not agree on the target.
    :param identity: what is told of rows that seem to be one row, and of keys that seem to be none.
    :param baseline: what new drops are compared with.
    :param first: of a run that is prepared again, what it was made of the first time: drop -> digest.
    :param sse: how the run's objects are encrypted, as the YAML says; None: it says nothing.
    :param kms_key: with which the run's jobs encrypt, unless the template says it.
    :param approval: whether a person has to approve a promotion, as the YAML said when the run began.
    :param decline: the decline since which the run judges; None where there was none.
    :param window: which drops the run learns from.
    :param retune: how it tunes around the winner, beside replaying it; None: it does not.
    :param second: the name of its second challenger, whose own plan says by ``beside`` whose it is.
    """

    model: str
    title: str
    root: str
    key: str
    run: str
    cutoff: datetime
    options: RunOptions
    template: str
    automl_job: str | None
    candidate: str
    problem: Problem
    drops: tuple[PlannedDrop, ...]
    holdouts: tuple[PlannedHoldout, ...]
    source: str | None
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    path: Path
    conflicts: Conflicts = field(default_factory=Conflicts)
    identity: tuple[Finding, ...] = ()
    baseline: PlannedBaseline | None = None
    first: Mapping[str, str] | None = None
    sse: str | None = None
    kms_key: str | None = None
    approval: Literal["none", "required"] = "none"
    decline: PlannedDecline | None = None
    window: Window = "all"
    retune: PlannedRetune | None = None
    second: str | None = None
    beside: str | None = None

    @property
    def recipe(self) -> Recipe:
        """Return how the challenger is made; a candidate without steps is searched again, whatever was asked for."""
        if self.path == "search_again":
            return "search"
        return "retune" if self.retune else "replay"

    @property
    def locations(self) -> Locations:
        """Return where everything of the model lives."""
        return Locations(self.root)

    @property
    def run_folder(self) -> RunFolder:
        """Return what the run writes into its own folder."""
        return self.locations.run(self.run)

    @property
    def main(self) -> str:
        """Return the key of the run: of a second challenger's plan, that which it belongs to."""
        return self.beside or self.run

    @property
    def main_folder(self) -> RunFolder:
        """Return the folder of what the challengers of a run have in common."""
        return self.locations.run(self.main)

    @property
    def folder(self) -> str:
        """Return the run's own folder in S3."""
        return self.run_folder.uri

    @property
    def used(self) -> tuple[PlannedDrop, ...]:
        """Return the drops whose rows are trained on: without repeats and without drops that have no such rows."""
        return tuple(drop for drop in self.drops if drop.repeats is None and drop.kept.chunks)

    @property
    def judges(self) -> tuple[PlannedHoldout, ...]:
        """Return what the champion is asked: the holdout that judges, and beside recent rows the first sealed one."""
        first = self.holdouts[0]
        return (first,) if first.sealed else (first, next(one for one in self.holdouts if one.sealed))

    @property
    def learned(self) -> tuple[str, ...]:
        """Return digests that name the rows which the run learns from, as names of its jobs need them."""
        recent = tuple(one.digest for one in self.holdouts if not one.sealed)
        return (*(drop.prepared.prepared for drop in self.used), *recent)

    @property
    def training_rows(self) -> int:
        """Return how many rows the training channel holds."""
        return sum(drop.kept.train for drop in self.used)

    @property
    def validation_rows(self) -> int:
        """Return how many rows the validation channel holds."""
        return sum(drop.kept.validation for drop in self.used)

    @property
    def synthetic(self) -> bool:
        """Whether the rows were made up."""
        return is_synthetic(self.source)


_ADAPTER = TypeAdapter(Plan)


def save_plan(s3: S3Client, plan: Plan) -> str:
    """Write the plan into the run's folder and return its address."""
    return write_json(s3, plan.run_folder.plan, _ADAPTER.dump_python(plan, mode="json"))


def find_plan(s3: S3Client, folder: RunFolder) -> Plan | None:
    """Read the plan of a run, if it has one already.

    :param folder: the run's own folder.
    """
    try:
        return _ADAPTER.validate_python(read_json(s3, folder.plan))
    except MissingObjectError:
        return None


def load_plan(s3: S3Client, uri: str) -> Plan:
    """Read a plan.

    :raises RunError: there is none.
    """
    try:
        return _ADAPTER.validate_python(read_json(s3, uri))
    except MissingObjectError as error:
        raise RunError(f"The run's plan {uri} is gone. Clear the task prepare to make it again.") from error
