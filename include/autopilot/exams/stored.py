"""The exams that were sat: written once per version and drop, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import Direction
from include.autopilot.drops.content import FileContent
from include.autopilot.gate.measuring import Measure
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import list_uris, read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Exam:
    """One version's exam on one drop.

    :param version: the number of the model version; ``arn``: of its package; ``version_cutoff``: it learned up to here.
    :param drop: the drop's name; ``digest``: of its content; ``moment``: from when on a run may see it.
    :param files: the drop's files as they were read, by name.
    :param rows: how many rows were asked; ``seen`` and ``unlabelled``: how many were left out.
    :param metric: by Autopilot's name; ``direction``: which way it is better.
    :param mark: the champion's; ``constant``: what the best answer has that looks at no row; None without rows.
    :param constant_name: that answer in words.
    :param confidence: of the intervals.
    :param answers: the digest of the rows under which the answers are stored, beside those of the holdouts.
    :param model: the name of the model that was asked.
    :param problem: why there is no mark; None where there is one.
    :param run: the key of the run that held the exam.
    :param source: where the rows come from, and ``synthetic``: whether they were made up.
    """

    version: int
    arn: str
    version_cutoff: datetime
    drop: str
    digest: str
    moment: datetime
    files: dict[str, FileContent]
    rows: int
    seen: int
    unlabelled: int
    metric: str
    direction: Direction
    confidence: float
    mark: Measure | None = None
    constant: Measure | None = None
    constant_name: str | None = None
    answers: str | None = None
    model: str | None = None
    problem: str | None = None
    run: str = ""
    source: str | None = None
    synthetic: bool = False

    @property
    def sentence(self) -> str:
        """The exam in one line, for people."""
        who = f"drop {self.drop}, version {self.version}"
        if self.mark is None or self.mark.value is None:
            return f"{who}: no mark: {self.problem}"
        left_out = [
            f"{count} {why}" for count, why in ((self.seen, "seen before"), (self.unlabelled, "unlabelled")) if count
        ]
        beside = f" ({', '.join(left_out)} left out)" if left_out else ""
        constant = (
            ""
            if self.constant is None or self.constant.value is None
            else (f"; {self.constant_name}: {self.constant.value:.4g}")
        )
        return f"{who}: {self.metric} {self.mark} on {self.rows} rows{beside}{constant}"


_EXAM = TypeAdapter(Exam)

Place = Callable[[int, str], str]
"""Takes a version's number and the digest of a drop, and gives where the exam is stored."""


def as_json(exam: Exam) -> dict[str, Any]:
    """Return an exam as it is stored."""
    content: dict[str, Any] = _EXAM.dump_python(exam, mode="json")
    return content


def exam_of(content: Any) -> Exam:
    """Return the exam that :func:`as_json` gave.

    :raises ValueError: it is none.
    """
    return _EXAM.validate_python(content)


def in_order(exams: Iterable[Exam]) -> list[Exam]:
    """Return exams in the order of the drops."""
    return sorted(exams, key=lambda exam: (exam.moment, exam.drop, exam.version))


def store_exam(s3: S3Client, place: Place, exam: Exam) -> Exam:
    """Write an exam; where there is one of this version and drop already it stays. Returns the one that is there."""
    uri = place(exam.version, exam.digest)
    if write_once(s3, uri, as_json(exam)):
        return exam
    return exam_of(read_json(s3, uri))


def exams_of(s3: S3Client, locations: Locations, version: int) -> list[Exam]:
    """Return the exams of a version, in the order of the drops."""
    return exams_in(s3, locations.exams(version))


def exams_in(s3: S3Client, folder: str) -> list[Exam]:
    """Return the exams in a folder and below, in the order of the drops."""
    return _read(s3, _listed(s3, folder))


def all_exams(s3: S3Client, locations: Locations) -> list[Exam]:
    """Return the exams of all versions of a model, in the order of the drops."""
    return exams_in(s3, locations.all_exams)


def _read(s3: S3Client, uris: Iterable[str]) -> list[Exam]:
    return in_order(exam_of(read_json(s3, uri)) for uri in uris)


def _listed(s3: S3Client, folder: str) -> list[str]:
    try:
        return list_uris(s3, folder)
    except MissingObjectError:
        return []
