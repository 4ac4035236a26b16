"""The report of one run: ``report.json`` for programs and ``report.html`` for people, one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from include.autopilot.chart import parity_svg
from include.autopilot.evaluation import load_evaluation
from include.autopilot.objects import write, write_json
from include.autopilot.plan import Plan
from include.autopilot.predictions import read_predictions
from include.autopilot.source import marked
from include.autopilot.summary import drop_summary
from include.autopilot.template import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_METRICS = ("rmse", "mae", "r2", "spearman")


def write_report(s3: S3Client, plan: Plan, jobs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Write both reports into the run's folder and return their addresses as ``html`` and ``json``.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``.
    :raises RunError: the run was not evaluated yet.
    """
    evaluation = load_evaluation(s3, plan)
    target = load_template(s3, plan.locations, plan.template).schema.target
    content = report_content(plan, evaluation, jobs)
    charts = [
        parity_svg(found.holdout, marked(found.holdout, plan.source), target, found.actual, found.predicted)
        for found in read_predictions(s3, plan, evaluation["predictions"])
    ]
    page = render(content, charts, target)
    return {
        "html": write(s3, f"{plan.folder}/report.html", page, "text/html; charset=utf-8", plan.source),
        "json": write_json(s3, f"{plan.folder}/report.json", content),
    }


def report_content(plan: Plan, evaluation: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the content of ``report.json``. Seconds are wall time; metrics are in units of the target."""
    return {
        "model": plan.model,
        "title": plan.title,
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "scope": plan.options.scope,
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "notes": list(plan.notes),
        "drops": [drop_summary(drop) for drop in plan.drops],
        "training_rows": plan.training_rows,
        "validation_rows": plan.validation_rows,
        "judge": evaluation["judge"],
        "holdouts": {
            # In the plan's order, the one that judges first; a JSON object has none.
            holdout.name: {key: evaluation["holdouts"][holdout.name][key] for key in ("rows", *_METRICS)}
            for holdout in plan.holdouts
        },
        "holdout_digests": {holdout.name: holdout.digest for holdout in plan.holdouts},
        "jobs": [dict(job) for job in jobs],
        "template": plan.template,
        "automl_job": plan.automl_job,
        "candidate": plan.candidate,
        "predictions": evaluation["predictions"],
    }


def render(content: Mapping[str, Any], charts: Sequence[str], target: str) -> str:
    """Return the page.

    :param charts: SVG elements made here; everything else is escaped.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = _number
    source = files("include.autopilot").joinpath("templates", "report.html.j2").read_text(encoding="utf-8")
    # The charts are our own markup: matplotlib escapes the texts it is given.
    drawn = [Markup(chart) for chart in charts]  # noqa: S704
    return environment.from_string(source).render(report=content, charts=drawn, target=target)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"  # noqa: RUF001 - a dash for what is not defined
