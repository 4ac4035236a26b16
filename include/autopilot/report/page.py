"""The report of one run: ``report.json`` for programs and ``report.html`` for people, one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from include.autopilot.base.masking import masked
from include.autopilot.base.metrics import metrics_of
from include.autopilot.base.source import marked
from include.autopilot.champion.registering import load_promotion
from include.autopilot.drift.reported import reported_drift
from include.autopilot.drops.plan import Path, Plan
from include.autopilot.drops.summary import conflicts_of, drop_summary, scope_of
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.evaluation.predictions import Predictions, read_predictions
from include.autopilot.exams.plan import find_exam_plan
from include.autopilot.exams.standing import standing
from include.autopilot.exams.stored import Exam, all_exams, as_json
from include.autopilot.gate.decline import what_it_means
from include.autopilot.gate.table import rows_of
from include.autopilot.report.confusion import confusion_svg
from include.autopilot.report.exams import exams_svg
from include.autopilot.report.judged import judged_evaluation
from include.autopilot.report.parity import parity_svg
from include.autopilot.report.rendering import metric_name, rendered
from include.autopilot.report.roc import has_roc, roc_svg
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.objects import write, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# Where the model of each path comes from, in words.
PIPELINES: Mapping[Path, str] = {
    "reuse": "the candidate's, trained again; the featurizer as Autopilot fitted it",
    "refit": "the candidate's, trained again; the featurizer fitted again on the training rows",
    "search_again": "found by a search of this run's own, which made its own split of the training and validation rows",
}


def write_report(
    s3: S3Client, plan: Plan, jobs: Sequence[Mapping[str, Any]], added: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Write both reports into the run's folder and return their addresses as ``html`` and ``json``.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``.
    :param added: further members of the content: ``cost``, see :func:`include.autopilot.cost.spending.write_cost`, and
        ``search_signal``, sentences that say why a new search may be worth it.
    :raises RunError: the run was not evaluated yet.
    """
    evaluation, judged = judged_evaluation(s3, plan)
    told = report_content(plan, evaluation, jobs, reported_drift(s3, plan))
    exams = [exam for exam in all_exams(s3, plan.locations) if exam.moment <= plan.cutoff]
    drifted = any(drop["warnings"] for drop in (told["drift"] or {"drops": []})["drops"][-1:])
    examined = {"exams": [as_json(exam) for exam in exams], "standing": _standing(s3, plan, exams, drifted)}
    content = masked({**told, "gate": _gate(s3, plan, judged), **examined, **(added or {})})
    predictions = read_predictions(s3, plan.problem, plan.holdouts, evaluation["predictions"])
    page = render(content, [chart for found in predictions for chart in _charts(plan, found)], _exam_chart(exams))
    written = {
        "html": write(s3, plan.run_folder.report_page, page, "text/html; charset=utf-8", plan.source),
        "json": write_json(s3, plan.run_folder.report, content),
    }
    tell_change(s3, plan.locations)
    return written


def report_content(
    plan: Plan, evaluation: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]], drift: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the content of ``report.json``. Seconds are wall time; errors of a regression in units of the target.

    :param drift: what :func:`include.autopilot.drift.reported.reported_drift` returned.
    """
    return {
        "model": plan.model,
        "title": plan.title,
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "scope": scope_of(plan),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "notes": list(plan.notes),
        "drops": [drop_summary(drop) for drop in plan.drops],
        "conflicts": conflicts_of(plan),
        "identity": [finding.as_json() for finding in plan.identity],
        "drift": drift,
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
        "path": plan.path,
        "predictions": evaluation["predictions"],
    }


def _gate(s3: S3Client, plan: Plan, judged: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the verdict, the champion it was compared with, and what became of the version; None without a verdict."""
    if judged is None:
        return None
    promotion = load_promotion(s3, plan)
    return {"verdict": judged["verdict"], "compared": judged["compared"], "promotion": promotion}


def render(content: Mapping[str, Any], charts: Sequence[str], exams: Sequence[str] = ()) -> str:
    """Return the page.

    :param charts: SVG elements made here; everything else is escaped. ``exams``: that of the exams, if there is one.
    """
    # The charts are our own markup: matplotlib escapes the texts it is given.
    drawn, exam_charts = ([Markup(chart) for chart in given] for given in (charts, exams))  # noqa: S704
    gate = content.get("gate")
    in_units = [metric.shown for metric in metrics_of(content["problem_type"]) if metric.in_units_of_target]
    return rendered(
        content,
        charts=drawn,
        in_units=in_units,
        undefined=_undefined(content),
        gate=gate,
        rows=rows_of(gate["verdict"]) if gate else [],
        exam_charts=exam_charts,
        pipelines=PIPELINES,
    )


def _standing(s3: S3Client, plan: Plan, exams: Sequence[Exam], drifted: bool) -> dict[str, Any] | None:
    """Return how the champion stood that the run examines, or else that was examined last; None where none was.

    :param drifted: whether the newest drop's inputs look different.
    """
    if not exams:
        return None
    sitting = find_exam_plan(s3, plan.locations.sitting(plan.main))
    # After a rollback the newest drop has the exams of two versions.
    arn = sitting.serving.arn if sitting and sitting.serving else exams[-1].arn
    found = standing(s3, plan.locations, arn, plan.cutoff)
    if found is None or not found.exams:
        return None
    declined = found.decline.declined
    return {"declined": declined, "sentence": found.sentence, "meaning": what_it_means(declined, drifted)}


def _exam_chart(exams: Sequence[Exam]) -> list[str]:
    """Return the chart of the exams, where there are enough of them to see a course."""
    marked_ones = [exam for exam in exams if exam.mark is not None and exam.mark.value is not None]
    return [exams_svg(marked_ones)] if len(marked_ones) > 1 else []


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
                reasons.setdefault((holdout, score["reason"]), []).append(metric_name(metric))
    return [f"{holdout}: no {', '.join(metrics)}, because {reason}." for (holdout, reason), metrics in reasons.items()]
