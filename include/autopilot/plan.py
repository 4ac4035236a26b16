"""The plan of one run: everything its steps need to know, decided once by the first task and read by all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter

from include.autopilot.errors import MissingObjectError, RunError
from include.autopilot.locations import Locations
from include.autopilot.objects import read_json, write_json
from include.autopilot.options import RunOptions
from include.autopilot.preparation import Prepared
from include.autopilot.problem import Problem
from include.autopilot.source import is_synthetic

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
    """

    day: date
    files: tuple[str, ...]
    prepared: Prepared
    features: str
    job: str
    repeats: date | None


@dataclass(frozen=True)
class PlannedHoldout:
    """A holdout that the run predicts: ``input`` holds lines ``key,target,features...``, in the file's order."""

    name: str
    uri: str
    digest: str
    rows: int
    input: str


@dataclass(frozen=True)
class Plan:
    """One run. Times are UTC; ``source`` says in words where the rows come from, ``notes`` what readers must know.

    Later runs read the plan of the champion's run, so a member added to it needs a default.

    :param columns: the columns of prepared drops, in order.
    :param path: how the model is made: see :data:`Path`.
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

    @property
    def locations(self) -> Locations:
        """Return where everything of the model lives."""
        return Locations(self.root)

    @property
    def folder(self) -> str:
        """Return the run's own folder in S3."""
        return self.locations.run(self.run)

    @property
    def used(self) -> tuple[PlannedDrop, ...]:
        """Return the drops whose rows are trained on: without repeats and without drops that have no such rows."""
        return tuple(drop for drop in self.drops if drop.repeats is None and drop.prepared.chunks)

    @property
    def training_rows(self) -> int:
        """Return how many rows the training channel holds."""
        return sum(drop.prepared.train for drop in self.used)

    @property
    def validation_rows(self) -> int:
        """Return how many rows the validation channel holds."""
        return sum(drop.prepared.validation for drop in self.used)

    @property
    def synthetic(self) -> bool:
        """Whether the rows were made up."""
        return is_synthetic(self.source)


_ADAPTER = TypeAdapter(Plan)


def repeated_day(digest: str, earlier: Sequence[PlannedDrop]) -> date | None:
    """Return the date of an earlier drop with the same content, or None."""
    return next((drop.day for drop in earlier if drop.prepared.digest == digest), None)


def save_plan(s3: S3Client, plan: Plan) -> str:
    """Write the plan into the run's folder and return its address."""
    return write_json(s3, f"{plan.folder}/plan.json", _ADAPTER.dump_python(plan, mode="json"))


def load_plan(s3: S3Client, uri: str) -> Plan:
    """Read a plan.

    :raises RunError: there is none.
    """
    try:
        return _ADAPTER.validate_python(read_json(s3, uri))
    except MissingObjectError as error:
        raise RunError(f"The run's plan {uri} is gone. Clear the prepare task to make it again.") from error
