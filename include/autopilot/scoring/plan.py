"""The plan of one scoring run: decided by its check, read by all its other steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.folders import ScoreFolder
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import is_synthetic
from include.autopilot.champion.serving import Serving
from include.autopilot.rows.inputcheck import CheckedInput
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.scoring.interval import Interval
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.template.problem import Problem

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
    :param empty: files of the input that are empty and passed over.
    :param kms_key: with which the run's job encrypts, unless the template says it.
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
    kms_key: str | None = None
    empty: tuple[str, ...] = ()

    @property
    def own(self) -> ScoreFolder:
        """The run's own folder."""
        return Locations(self.root).score(self.run)

    @property
    def rows(self) -> int:
        """How many rows are scored."""
        return sum(file.rows for file in self.inputs)

    @property
    def synthetic(self) -> bool:
        """Whether rows were made up."""
        return is_synthetic(self.source)


_ADAPTER = TypeAdapter(ScorePlan)


def save_score_plan(s3: S3Client, plan: ScorePlan) -> str:
    """Write the plan and return its address."""
    return write_json(s3, plan.own.plan, _ADAPTER.dump_python(plan, mode="json"))


def load_score_plan(s3: S3Client, uri: str) -> ScorePlan:
    """Read a plan.

    :raises RunError: there is none.
    """
    try:
        return _ADAPTER.validate_python(read_json(s3, uri))
    except MissingObjectError as error:
        raise RunError(f"The scoring run's plan {uri} is gone. Clear the check task to make it again.") from error
