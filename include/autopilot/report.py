"""The report of one run: ``report.json`` for programs and ``report.html`` for people, one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from include.autopilot.confusion import confusion_svg
from include.autopilot.evaluation import BETTER, load_evaluation
from include.autopilot.judging import load_verdict
from include.autopilot.objects import write, write_json
from include.autopilot.outcome import Numbers
from include.autopilot.parity import parity_svg
from include.autopilot.plan import Plan
from include.autopilot.predictions import Predictions, read_predictions
from include.autopilot.registering import load_promotion
from include.autopilot.roc import has_roc, roc_svg
from include.autopilot.source import marked
from include.autopilot.summary import drop_summary
from include.autopilot.verdicttable import rows_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def write_report(s3: S3Client, plan: Plan, jobs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Write both reports into the run's folder and return their addresses as ``html`` and ``json``.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``.
    :raises RunError: the run was not evaluated yet.
    """
    evaluation = load_evaluation(s3, plan)
    content = {**report_content(plan, evaluation, jobs), "gate": _gate(s3, plan)}
    predictions = read_predictions(s3, plan, evaluation["predictions"])
    page = render(content, [chart for found in predictions for chart in _charts(plan, found)])
    return {
        "html": write(s3, f"{plan.folder}/report.html", page, "text/html; charset=utf-8", plan.source),
        "json": write_json(s3, f"{plan.folder}/report.json", content),
    }


def report_content(plan: Plan, evaluation: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the content of ``report.json``. Seconds are wall time; errors of a regression in units of the target."""
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
        "problem_type": plan.problem.type,
        "target": plan.problem.target,
        "labels": list(plan.problem.labels),
        "judge": evaluation["judge"],
        "objective": evaluation["objective"],
        "holdouts": {
            # In the plan's order, the one that judges first; a JSON object has none.
            holdout.name: {
                key: value for key, value in evaluation["holdouts"][holdout.name].items() if key != "predictions"
            }
            for holdout in plan.holdouts
        },
        "holdout_digests": {holdout.name: holdout.digest for holdout in plan.holdouts},
        "jobs": [dict(job) for job in jobs],
        "template": plan.template,
        "automl_job": plan.automl_job,
        "candidate": plan.candidate,
        "predictions": evaluation["predictions"],
    }


def _gate(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    """Return the verdict, the champion it was compared with, and what became of the version; None without a verdict."""
    judged = load_verdict(s3, plan)
    if judged is None:
        return None
    promotion = load_promotion(s3, plan)
    return {"verdict": judged["verdict"], "compared": judged["compared"], "promotion": promotion}


def render(content: Mapping[str, Any], charts: Sequence[str]) -> str:
    """Return the page.

    :param charts: SVG elements made here; everything else is escaped.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = _number
    environment.filters["metric"] = _name
    environment.globals["better"] = BETTER
    source = files("include.autopilot").joinpath("templates", "report.html.j2").read_text(encoding="utf-8")
    # The charts are our own markup: matplotlib escapes the texts it is given.
    drawn = [Markup(chart) for chart in charts]  # noqa: S704
    gate = content.get("gate")
    shown = {"undefined": _undefined(content), "gate": gate, "rows": rows_of(gate["verdict"]) if gate else []}
    return environment.from_string(source).render(report=content, charts=drawn, **shown)


def _charts(plan: Plan, found: Predictions) -> list[str]:
    """Return a holdout's charts: what was measured against what was predicted, and with probabilities the ROC curve."""
    title, target = marked(found.holdout, plan.source), plan.problem.target
    if isinstance(found.outcome, Numbers):
        return [parity_svg(found.holdout, title, target, found.outcome)]
    charts = [confusion_svg(found.holdout, title, target, found.outcome)]
    if has_roc(found.outcome):
        charts.append(roc_svg(f"{found.holdout}-roc", f"{title}, ROC curve", found.outcome))
    return charts


def _undefined(content: Mapping[str, Any]) -> list[str]:
    """Return a sentence per reason why metrics of a holdout have no value."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for holdout, found in content["holdouts"].items():
        for metric, score in found["metrics"].items():
            if score["reason"]:
                reasons.setdefault((holdout, score["reason"]), []).append(_name(metric))
    return [f"{holdout}: no {', '.join(metrics)}, because {reason}." for (holdout, reason), metrics in reasons.items()]


def _name(metric: str) -> str:
    return "R²" if metric == "R2" else metric


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"  # noqa: RUF001 - a dash for what is not defined
