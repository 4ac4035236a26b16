"""The plan of one scoring run: decided by its check, read by all its other steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.champion.serving import Serving
from include.autopilot.errors import MissingObjectError, RunError
from include.autopilot.locations import Locations
from include.autopilot.objects import read_json, write_json
from include.autopilot.problem import Problem
from include.autopilot.scoring.interval import Interval
from include.autopilot.scoring.newrows import CheckedInput
from include.autopilot.scoring.scoreoptions import ScoreOptions
from include.autopilot.source import is_synthetic

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class ScorePlan:
    """One scoring run.

    :param key: the column that identifies a row.
    :param run: the run's name in S3.
    :param serving: the champion as it was when the run began; a promotion meanwhile changes nothing.
    :param chunks: the folder of the checked rows.
    :param output: the folder of the predictions.
    :param source: where the rows and those the champion learned from come from, in words.
    """

    model: str
    title: str
    root: str
    key: str
    run: str
    options: ScoreOptions
    serving: Serving
    problem: Problem
    inputs: tuple[CheckedInput, ...]
    chunks: str
    output: str
    interval: Interval | None
    source: str | None

    @property
    def work(self) -> str:
        """The folder of what is needed on the way."""
        return work_of(self.root, self.run)

    @property
    def rows(self) -> int:
        """How many rows are scored."""
        return sum(file.rows for file in self.inputs)

    @property
    def synthetic(self) -> bool:
        """Whether rows were made up."""
        return is_synthetic(self.source)


_ADAPTER = TypeAdapter(ScorePlan)


def work_of(root: str, run: str) -> str:
    """Return the folder of what a scoring run needs on the way."""
    return f"{Locations(root).score(run)}/work"


def save_score_plan(s3: S3Client, plan: ScorePlan) -> str:
    """Write the plan and return its address."""
    return write_json(s3, f"{plan.work}/plan.json", _ADAPTER.dump_python(plan, mode="json"))


def load_score_plan(s3: S3Client, uri: str) -> ScorePlan:
    """Read a plan.

    :raises RunError: there is none.
    """
    try:
        return _ADAPTER.validate_python(read_json(s3, uri))
    except MissingObjectError as error:
        raise RunError(f"The scoring run's plan {uri} is gone. Clear the check task to make it again.") from error
