"""What one run examines: the champion, and for every drop whose exam is missing the rows it sits it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.folders import ExamFolder
from include.autopilot.base.locations import Locations
from include.autopilot.champion.serving import Serving
from include.autopilot.drops.content import FileContent
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.template.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Paper:
    """One drop as the champion is examined on it.

    :param name: of the drop; ``digest``: of its content; ``files``: as they were read, by name.
    :param moment: from when on a run may see the drop.
    :param rows: how many rows the champion is asked; ``content``: their digest; ``uri``: their address, None where
        there are none.
    :param seen: how many rows are left out because the champion, its featurizer or its search has seen them.
    :param unlabelled: how many rows have no measured value.
    :param problem: why there is nothing to ask; None where there is.
    :param source: where the rows come from.
    """

    name: str
    digest: str
    moment: datetime
    files: dict[str, FileContent]
    rows: int = 0
    content: str | None = None
    uri: str | None = None
    seen: int = 0
    unlabelled: int = 0
    problem: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class ExamPlan:
    """The exams of one run.

    :param run: its name in S3; ``cutoff``: it sees drops up to here.
    :param serving: the champion that is examined; None where nobody has to be.
    :param problem: what that champion answers with.
    """

    model: str
    title: str
    root: str
    run: str
    cutoff: datetime
    serving: Serving | None
    problem: Problem | None
    papers: tuple[Paper, ...] = ()
    kms_key: str | None = None

    @property
    def own(self) -> ExamFolder:
        """The run's own folder."""
        return Locations(self.root).sitting(self.run)

    @property
    def asked(self) -> tuple[Paper, ...]:
        """The drops that have rows to ask."""
        return tuple(paper for paper in self.papers if paper.uri is not None)


_ADAPTER = TypeAdapter(ExamPlan)


def save_exam_plan(s3: S3Client, plan: ExamPlan) -> str:
    """Write the plan and return its address."""
    return write_json(s3, plan.own.plan, _ADAPTER.dump_python(plan, mode="json"))


def find_exam_plan(s3: S3Client, folder: ExamFolder) -> ExamPlan | None:
    """Return the plan in a run's folder; None where the run has not looked yet."""
    try:
        return _ADAPTER.validate_python(read_json(s3, folder.plan))
    except MissingObjectError:
        return None


def load_exam_plan(s3: S3Client, folder: ExamFolder) -> ExamPlan:
    """Return the plan in a run's folder.

    :raises RunError: there is none.
    """
    plan = find_exam_plan(s3, folder)
    if plan is None:
        raise RunError(f"The plan of the exams, {folder.plan}, is gone. Clear the task create_examinee, or start anew.")
    return plan
