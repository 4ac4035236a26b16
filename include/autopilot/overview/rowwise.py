"""Predictions row by row, for people who take them away: those of a run's holdouts, and those of a scoring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.folders import ScoreFolder
from include.autopilot.base.lenient import items_at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import REGRESSION
from include.autopilot.base.numbers import read_number
from include.autopilot.drops.plan import load_plan
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.s3.objects import list_uris, read_json
from include.autopilot.s3.reader import read_rows

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Rows of a scoring that are shown on its page; all are in the file.
MOST_SHOWN = 200


@dataclass(frozen=True)
class ScoredFile:
    """The predictions of one input file: their address, and how many rows."""

    uri: str
    rows: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.uri.rpartition("/")[2]


@dataclass(frozen=True)
class Scored:
    """One scoring.

    :param version: the number of the model that predicted; ``cutoff``: of its data, ISO 8601.
    :param columns: of the predictions; ``shown``: the first rows of the first file.
    """

    key: str
    version: int
    cutoff: str
    synthetic: bool
    files: tuple[ScoredFile, ...]
    columns: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows were predicted."""
        return sum(file.rows for file in self.files)


def holdout_rows(s3: S3Client, locations: Locations, key: str, holdout: str) -> Iterator[Sequence[str]]:
    """Yield a head and then the rows of a holdout that a run predicted: key, target, answer, and the error of a number.

    :param key: of the run.
    :raises RunError: the run has no such predictions (yet).
    """
    plan = load_plan(s3, locations.run(key).plan)
    output = load_evaluation(s3, plan)["predictions"]
    found = [uri for uri in list_uris(s3, output) if uri.endswith(f"/{holdout}.csv.out")]
    if holdout not in {one.name for one in plan.holdouts} or len(found) != 1:
        raise RunError(f"Run {key} has no predictions of a holdout {holdout!r} in {output}.")
    numbers = plan.problem.type == REGRESSION
    yield (plan.key, plan.problem.target, *plan.problem.columns, *(["error"] if numbers else []))
    for cells in read_rows(s3, found[0]):
        if cells:
            yield (*cells, _error(cells[1], cells[2])) if numbers else cells


def scored(s3: S3Client, locations: Locations, key: str) -> Scored:
    """Return what a scoring left.

    :param key: of the scoring's run.
    :raises RunError: it has not ended, or its folder holds the predictions of another one.
    """
    folder = locations.score(key)
    try:
        output = text_at(read_json(s3, folder.plan), "output") or folder.uri
        lineage: Any = read_json(s3, ScoreFolder(output).lineage)
    except MissingObjectError as error:
        raise RunError(f"Scoring {key} has left no predictions: it failed, or it is still at work.") from error
    files = tuple(ScoredFile(str(one["predictions"]), int(one["rows"])) for one in items_at(lineage, "files"))
    if lineage.get("scoring_run") != key or not all(file.uri.startswith(f"{output}/") for file in files):
        raise RunError(f"{output} holds the predictions of another scoring now.")
    columns, rows = tuple(map(str, lineage["columns"])), iter(scored_rows(s3, files[0]) if files else ())
    next(rows, None)
    shown = tuple(tuple(row) for row in islice(rows, MOST_SHOWN))
    version = lineage["version"]
    return Scored(
        key, int(version["number"]), str(version["cutoff"]), bool(lineage["synthetic"]), files, columns, shown
    )


def scored_rows(s3: S3Client, file: ScoredFile) -> Iterator[Sequence[str]]:
    """Yield the head and the rows of a file of predictions."""
    return (row for row in read_rows(s3, file.uri) if row)


def _error(actual: str, predicted: str) -> str:
    """Return predicted minus measured; nothing where one of them is no number."""
    values = [read_number(text) for text in (predicted, actual)]
    difference = math.nan if None in values else float(values[0]) - float(values[1])  # type: ignore[arg-type]
    return repr(difference) if math.isfinite(difference) else ""
