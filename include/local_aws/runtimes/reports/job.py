"""The job that reports on a search's best candidate: how good its answers are, and which columns they come from.

Inputs under ``processing/input``: ``config/analysis_config.json``, the validation rows in ``rows/``, and in
``containers/<n>/`` what lies beside the nth container's artifact. Outputs under ``processing/output``:
``model_insights/`` in the shape of Model Monitor's, ``explainability/`` in that of Clarify's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from include.local_aws.runner import archive
from include.local_aws.runtimes.reports import quality, shapley
from include.local_aws.runtimes.reports.page import page, table
from include.local_aws.runtimes.reports.winner import Numbers, Winner, differing, middle, mixed
from include.local_aws.runtimes.sklearn_automl.table import read_cells

_MADE_BY = "the embedded AWS on this machine, not SageMaker"
# Enough for the order of the columns, and cheap beside a search: the rows that the baseline is of, how many of them are
# explained, and how many rows the model answers for that.
_SAMPLED, _LEAST_EXPLAINED, _EVALUATIONS = 50, 3, 6_000
_MOST_JUDGED = 5_000
_LISTED = 20
_METHOD = (
    "Shapley values, sampled: from a baseline row (medians of numbers, the most frequent texts) to the row explained, "
    "one column after the other in a random order and the same backwards. Those of a row sum to its answer less the "
    "baseline's. A column's value is their mean size, in units of the answer."
)


@dataclass(frozen=True)
class _Report:
    """What both reports are about, and how they are written.

    :param config: `candidate`, `target`, `problem_type`, `containers`, `ignored` columns, and `data_source`: where the
        rows come from, None if nothing says so.
    """

    config: dict[str, Any]
    winner: Winner
    cells: NDArray[Any]

    def write(self, folder: Path, name: str, found: dict[str, Any], how: dict[str, Any]) -> None:
        """Write the numbers, and beside AWS's members how they came to be."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {"made_by": _MADE_BY, **{key: self.config[key] for key in ("candidate", "data_source")}, **how}
        (folder / name).write_text(json.dumps(found | {"embedded_aws": told}, indent=1), encoding="utf-8")

    def show(self, folder: Path, title: str, words: Iterable[str], tables: Iterable[str]) -> None:
        """Write the page."""
        rows = self.config["data_source"] or "the AutoML job's own"
        words = (f"Made by {_MADE_BY}.", f"Candidate: {self.config['candidate']}. Rows: {rows}.", *words)
        (folder / "report.html").write_text(page(title, words, tables), encoding="utf-8")

    @property
    def outputs(self) -> list[str]:
        """What the candidate's outputs are called."""
        labels = self.winner.labels
        if not labels:
            return [self.config["target"]]
        return [f"probability of {label}" for label in (labels[1:] if self._two else labels)]

    @property
    def _two(self) -> bool:
        return bool(self.config["problem_type"] == quality.BINARY)


def run_reports(opt_ml: Path) -> None:
    """Judge and explain."""
    source, output = opt_ml / "processing" / "input", opt_ml / "processing" / "output"
    config = json.loads((source / "config" / "analysis_config.json").read_text(encoding="utf-8"))
    places = [source / "containers" / str(number) for number in range(len(config["containers"]))]
    winner = Winner.load(config["containers"], [_unpacked(place, "model") for place in places])
    report = _Report(config, winner, read_cells(source / "rows"))
    _judge(report, places[-1], output / "model_insights")
    _explain(report, output / "explainability")


def _unpacked(place: Path, name: str) -> Path:
    archive.unpack(place / f"{name}.tar.gz", place / name, f"{name}.tar.gz")
    return place / name


def _judge(report: _Report, trained: Path, folder: Path) -> None:
    if (trained / "output.tar.gz").is_file():
        (held_out,) = _unpacked(trained, "output").glob("*.csv")
        columns = np.loadtxt(held_out, delimiter=",", ndmin=2)
        answers = quality.Answers(columns[:, 0], columns[:, 1], columns[:, -1])
        of = f"{len(columns)} rows, each answered by models that had not learnt from it"
    else:
        answers = _answered(report.winner, report.cells)
        of = f"{len(answers.truth)} of the {len(report.cells)} validation rows, by which the candidate was chosen"
    found = quality.statistics(report.config["problem_type"], report.winner.labels, answers)
    report.write(folder, "statistics.json", found, {"rows": of})
    metrics = dict(next(value for name, value in found.items() if name.endswith("_metrics")))
    confusion = metrics.pop("confusion_matrix", {})
    rows = [(name, one["value"], one["standard_deviation"]) for name, one in metrics.items() if "value" in one]
    tables = [table("Metrics", ("metric", "value", "standard deviation"), rows)]
    if confusion:
        counts = [(label, *row.values()) for label, row in confusion.items()]
        tables.append(table("Rows of each class, by the class answered", ("class", *confusion), counts))
    report.show(folder, "Model quality", [f"Judged on {of}."], tables)


def _answered(winner: Winner, cells: NDArray[Any]) -> quality.Answers:
    at = np.unique(np.linspace(0, len(cells) - 1, _MOST_JUDGED).astype(int))
    rows, truth = winner.read(cells[at])
    outputs = winner.answers(rows)
    scores = outputs.max(axis=1)
    if outputs.shape[1] > 1:
        return quality.Answers(truth, scores, outputs.argmax(axis=1))
    return quality.Answers(truth, scores, scores >= winner.threshold if winner.labels else scores)


def _explain(report: _Report, folder: Path) -> None:
    winner = report.winner
    chosen = np.random.default_rng(0).permutation(len(report.cells))[:_SAMPLED]
    sample, _ = winner.read(report.cells[chosen])
    baseline = middle(sample)
    known = pd.concat([baseline, sample], ignore_index=True)
    differs = differing(sample, baseline)
    differs[:, [name in report.config["ignored"] for name in winner.columns]] = False
    found = shapley.attributions(
        lambda which: winner.answers(mixed(known, which)), differs, _EVALUATIONS, _LEAST_EXPLAINED
    )
    explained = len(found.values)
    how = {
        "method": _METHOD,
        "outputs": report.outputs,
        "validation_rows": chosen[:explained].tolist(),
        "evaluations": found.evaluations,
    }
    expected = winner.answers(baseline)[0]
    report.write(folder, "analysis.json", _analysis(winner.columns, found.importance, expected), how)
    _write_local(folder / "explanations_shap", winner.columns, found.values, baseline)
    words = [f"{explained} of the {len(report.cells)} validation rows, {found.evaluations} answers.", _METHOD]
    tables = [_ranked(*pair, winner.columns) for pair in zip(report.outputs, found.importance.T, strict=True)]
    report.show(folder, "Explainability", words, tables)


def _analysis(columns: Sequence[str], importance: Numbers, expected: Numbers) -> dict[str, Any]:
    labels = {
        f"label{number}": {
            "global_shap_values": dict(zip(columns, values.tolist(), strict=True)),
            "expected_value": float(expected[number]),
        }
        for number, values in enumerate(importance.T)
    }
    return {"version": "1.0", "explanations": {"kernel_shap": labels}}


def _write_local(folder: Path, columns: Sequence[str], values: Numbers, baseline: pd.DataFrame) -> None:
    """Write the values of each row explained, and the baseline."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = range(values.shape[2])
    _write(
        folder / "out.csv",
        [f"{name}_label{number}" for number in outputs for name in columns],
        np.concatenate([values[:, :, number] for number in outputs], axis=1).tolist(),
    )
    _write(folder / "baseline.csv", columns, baseline.to_numpy(dtype=object).tolist())


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


def _ranked(output: str, values: Numbers, columns: Sequence[str]) -> str:
    first = np.argsort(-values, kind="stable")[:_LISTED]
    most = values[first[0]] or 1.0
    rows = [(columns[at], float(values[at])) for at in first]
    caption = f"What moves {output}: the first {len(rows)} of {len(columns)} columns"
    return table(caption, ("column", "mean size"), rows, [float(values[at] / most) for at in first])
