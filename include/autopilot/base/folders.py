"""What lies in one folder of a model: that of a run, of a prepared drop, of a baseline, of a scoring.

Where these folders are is said by :mod:`include.autopilot.base.locations`. The two know the layout in S3, and a test
says that nobody else does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from include.autopilot.base.digest import LENGTH

_DIGEST = f"[0-9a-f]{{{LENGTH}}}"
_CHUNK = r"(?P<chunk>(?:train|validation)/chunk_[0-9]+\.csv)"
_WITHOUT = f"(?:/without/(?P<lines>{_DIGEST}))?"
FEATURES_CHUNK = re.compile(rf"(?P<folder>.+?/(?P<prepared>{_DIGEST})){_WITHOUT}/{_CHUNK}\.out")
"""The features of a chunk: of which prepared drop, which chunk, without which lines."""
PREPARED_CHUNK = re.compile(rf"(?P<folder>.+?/{_DIGEST})(?:/rows|/without/(?P<lines>{_DIGEST}))/{_CHUNK}")
"""A chunk of a prepared drop."""
RUN_PREDICTIONS = re.compile(r"^(?P<root>s3://.+)/runs/(?P<run>[^/]+)/predictions(/(?P<model>[^/]+)(/.+)?)?$")
"""A run's predictions of its holdouts, or their folder."""


class _At:
    """The address of something that has one name in every folder of a kind."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, folder: Any, _: object = None) -> str:
        return f"{folder.uri}/{self._path}"


@dataclass(frozen=True)
class Folder:
    """A folder.

    :param uri: its address, without a closing slash.
    """

    uri: str

    def __str__(self) -> str:
        return self.uri


class RunFolder(Folder):
    """What one run writes: ``<root>/runs/<run key>/``. Also of runs that an earlier version of this package made."""

    plan = _At("plan.json")
    jobs = _At("jobs")  # full requests and descriptions
    drift, drift_page = _At("drift.json"), _At("drift.html")
    preflight = _At("preflight.json")
    recent = _At("recent.csv")
    rows, guard = _At("rows.csv"), _At("guard.json")
    holdouts = _At("holdout")
    featurizer, featurizer_checkpoints = _At("featurizer"), _At("featurizer-checkpoints")
    model, checkpoints = _At("model"), _At("checkpoints")
    search, search_input, search_output = _At("search"), _At("search/input/train.csv"), _At("search/output")
    evaluation, model_quality = _At("evaluation.json"), _At("model_quality.json")
    report, report_page = _At("report.json"), _At("report.html")
    asked, champion_holdouts = _At("champion/asked.json"), _At("champion/holdout")
    verdict, promotion, cost = _At("verdict.json"), _At("promotion.json"), _At("cost.json")
    deployment = _At("deployment.json")

    @property
    def large(self) -> tuple[str, ...]:
        """How the addresses begin of what is large, and is needed only as long as a model of the run is.

        The plan, requests and descriptions, predictions, verdict, costs and report are not among them: ledger, lineage
        and pages name them for ever.
        """
        made = (
            self.model,
            self.checkpoints,
            self.featurizer,
            self.featurizer_checkpoints,
            self.features(""),
            self.search,
        )
        return (*(f"{folder.rstrip('/')}/" for folder in made), self.rows)

    def request(self, name: str) -> str:
        """Return the full request of a job or a model of the run."""
        return f"{self.jobs}/{name}.request.json"

    def trial(self, number: int) -> str:
        """Return an empty object that tries whether a job may write."""
        return f"{self.uri}/preflight/output-{number}"

    def manifest(self, name: str) -> str:
        """Return what a job reads: ``train``, ``validation``, ``fit`` or ``search``."""
        return f"{self.uri}/manifest/{name}.manifest"

    def features(self, prepared: str) -> str:
        """Return the folder of a drop's features by a featurizer that the run fitted."""
        return f"{self.uri}/features/{prepared}"

    def holdout(self, name: str) -> str:
        """Return a holdout's rows as the job reads them."""
        return f"{self.holdouts}/{name}.csv"

    def predictions(self, model: str) -> str:
        """Return the folder of what a model answered."""
        return f"{self.uri}/predictions/{model}"

    def champion_holdout(self, name: str) -> str:
        """Return a holdout's rows in the columns of the champion."""
        return f"{self.champion_holdouts}/{name}.csv"

    def champion_predictions(self, model: str) -> str:
        """Return the folder of what the champion answered in this run."""
        return f"{self.uri}/champion/predictions/{model}"


class PreparedFolder(Folder):
    """A checked drop: ``<root>/prepared/<preparation>/<drop>/``; plans name the folder of its chunks, ``rows``."""

    rows, check = _At("rows"), _At("check.json")
    keys, matches = _At("keys.csv"), _At("matches.csv")

    @classmethod
    def of(cls, rows: str) -> Self:
        """Return the folder by that of its chunks."""
        return cls(rows.removesuffix("/rows"))

    @classmethod
    def of_check(cls, uri: str) -> Self | None:
        """Return the folder by its ``check.json``; None of another object."""
        return cls(uri.removesuffix("/check.json")) if uri.endswith("/check.json") else None

    @property
    def preparation(self) -> str:
        """The folder of all drops that were checked by the same rules."""
        return self.uri.rpartition("/")[0]

    def superseded(self, digest: str) -> str:
        """Return a list of superseded lines."""
        return f"{self.uri}/superseded/{digest}.txt"


class BaselineFolder(Folder):
    """What drops are compared with: ``<root>/baseline/<template>/<contract>/``."""

    drops, statistics, constraints = _At("drops.json"), _At("statistics.json"), _At("constraints.json")


class ScoreFolder(Folder):
    """What one scoring writes: ``<root>/scores/<run key>/``; the form may name another folder for the predictions."""

    lineage = _At("lineage.json")
    work, plan, jobs = _At("work"), _At("work/plan.json"), _At("work/jobs")

    def rows(self, digest: str) -> str:
        """Return the folder of the chunks of what was read."""
        return f"{self.uri}/work/rows/{digest}"

    def answers(self, rows: str, model: str) -> str:
        """Return the folder of what a model answered to the chunks in a folder of :meth:`rows`."""
        return f"{self.uri}/work/answers/{rows.rpartition('/')[2]}/{model}"


class ExamFolder(Folder):
    """What one run works with to hold exams: ``<root>/sittings/<run key>/``."""

    plan, rows = _At("plan.json"), _At("rows")

    def paper(self, drop: str) -> str:
        """Return the rows of a drop, by its name, that the champion is examined on."""
        return f"{self.rows}/{drop}.csv"

    def answers(self, model: str) -> str:
        """Return the folder of what a model answered."""
        return f"{self.uri}/answers/{model}"


class BacktestFolder(Folder):
    """What one backtest came to: ``<root>/backtest/runs/<run key>/``."""

    report, table, chart = _At("report.json"), _At("table.txt"), _At("chart.svg")


def file_rows(folder: str, number: int) -> str:
    """Return the folder of one input file's chunks, in a folder of :meth:`ScoreFolder.rows`."""
    return f"{folder}/file{number:05d}"


def chunk_name(side: str, number: int) -> str:
    """Return a chunk's name among the rows of a drop or of a scoring."""
    return f"{side}/chunk_{number}.csv"


def features_of(folder: str, chunk: str) -> str:
    """Return the features of a chunk, in the folder of a drop's features."""
    return f"{folder}/{chunk}.out"


def without(folder: str, digest: str, file: str) -> str:
    """Return the copy of a file without the superseded lines of a list.

    :param folder: of the prepared drop, or of its features; ``file``: the chunk, or its features.
    """
    return f"{folder}/without/{digest}/{file}"
