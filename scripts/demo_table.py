"""What ``make demo`` shows at its end: a line per run, and the figures for machines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from include.autopilot.base.metrics import REGRESSION, metric_named, metrics_of
from include.autopilot.settings.config import ModelConfig

_FIRST = ("cutoff", "drops", "training rows")
_LAST = ("seconds", "jobs", "verdict", "champion")
_ERRORS = ("RMSE", "MAE", "R2")
_SHOWN = 3


def show(reports: list[dict[str, Any]], model: ModelConfig, folder: Path, screen: TextIO) -> None:
    """Print the table and where everything is."""
    source = reports[-1]["data_source"]
    print(f"\nHoldout of {model.title}{f'; data: {source}' if source else ''}\n", file=screen)
    metrics = metrics_shown(reports, model.holdouts[0])
    titles = (*_FIRST, *(metric_named(name).shown for name in metrics), *_LAST)
    rows = [titles, *(row(report, model.holdouts[0], metrics) for report in reports)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(titles))]
    for line in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)), file=screen)
    print("\npredictions and report of each run (also in S3 of the embedded AWS):", file=screen)
    for report in reports:
        print(f"  {report['cutoff'][:10]}  {report['files']['report']}", file=screen)
        print(f"              {report['predictions']}", file=screen)
    print(f"everything else: {folder}", file=screen)


def metrics_shown(reports: Sequence[dict[str, Any]], holdout: str) -> tuple[str, ...]:
    """Give the metrics of the table: for classes the objective first, and no metric that a run could not measure."""
    problem = reports[-1]["problem_type"]
    if problem == REGRESSION:
        return _ERRORS
    names = dict.fromkeys([reports[-1]["objective"]["metric"], *(metric.name for metric in metrics_of(problem))])
    measured = [report["holdouts"][holdout]["metrics"] for report in reports]
    return tuple(name for name in names if all(one[name]["value"] is not None for one in measured))[:_SHOWN]


def row(report: dict[str, Any], holdout: str, metrics: Sequence[str]) -> tuple[str, ...]:
    """Give one run's line of the table."""
    measured = report["holdouts"][holdout]["metrics"]
    numbers = (f"{measured[name]['value']:.3f}" for name in metrics)
    counts = (str(len(report["drops"])), str(report["training_rows"] + report["validation_rows"]))
    spent = (f"{report['seconds']:.1f}", str(report["jobs_run"]))
    return (report["cutoff"][:10], *counts, *numbers, *spent, verdict(report), champion(report))


def verdict(report: dict[str, Any]) -> str:
    """Give what became of a run's model, in two words."""
    promotion = report["gate"]["promotion"]
    return f"{promotion['kind']}: {promotion['reason'].replace('_', ' ')}"


def champion(report: dict[str, Any]) -> str:
    """Give the version that serves after a run, with the cutoff of its data."""
    serving = serving_after(report)
    return "none" if serving is None else f"version {serving['version']} ({serving['cutoff'][:7]})"


def serving_after(report: dict[str, Any]) -> dict[str, Any] | None:
    """Give the champion after a run; None if there is none yet."""
    promotion = report["gate"]["promotion"]
    found: dict[str, Any] | None = promotion["version" if promotion["kind"] == "promoted" else "champion_before"]
    return found


def figures(reports: list[dict[str, Any]], model: ModelConfig, seconds: float) -> dict[str, Any]:
    """Give the figures of BACE's twelve cutoffs for machines."""
    judged, *others = model.holdouts
    return {
        "rmse": [rmse(report, judged) for report in reports],
        **{f"rmse_{name}_holdout": rmse(reports[-1], name) for name in others},
        "jobs_per_run": [report["jobs_run"] for report in reports],
        "champion": [timeline_entry(report) for report in reports],
        "synthetic": any(report["synthetic"] for report in reports),
        "seconds": round(seconds, 1),
    }


def timeline_entry(report: dict[str, Any]) -> dict[str, Any]:
    """Give one cutoff of the champion timeline."""
    promotion, serving = report["gate"]["promotion"], serving_after(report)
    return {
        "cutoff": report["cutoff"][:10],
        "challenger": promotion["version"]["version"],
        "verdict": promotion["kind"],
        "reason": promotion["reason"],
        "champion": None if serving is None else serving["version"],
    }


def rmse(report: dict[str, Any], holdout: str) -> float:
    """Give the root mean squared error on one holdout, in units of pIC50."""
    return round(float(report["holdouts"][holdout]["metrics"]["RMSE"]["value"]), 4)
