"""The report of one run: ``report.json`` for programs and ``report.html`` for people, one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from include.autopilot.gate.history import judged_runs
from include.autopilot.gate.table import rows_of
from include.autopilot.report.champion import Beside, beside, champion_outcome
from include.autopilot.report.exams import course_figure, exams_figure
from include.autopilot.report.figure import figures_data
from include.autopilot.report.judged import judged_evaluation
from include.autopilot.report.listed import Listed, listed, rdkit_missing
from include.autopilot.report.pictures import Picture, measured_figures, pictures, points_each, ranges_figures
from include.autopilot.report.ranges import Range, ranges_of
from include.autopilot.report.rendering import metric_name, rendered
from include.autopilot.report.requested import Requested, requested
from include.autopilot.report.timeline import bars
from include.autopilot.requests.retuned import retune_of
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
    s3: S3Client,
    plan: Plan,
    jobs: Sequence[Mapping[str, Any]],
    added: Mapping[str, Any] | None = None,
    structures: str | None = None,
) -> dict[str, str]:
    """Write both reports into the run's folder and return their addresses as ``html`` and ``json``.

    :param jobs: what ran, in order: ``step``, ``kind``, ``name``, ``status``, ``seconds``, and where they are known
        ``started`` and ``ended``.
    :param added: further members of the content: ``cost``, see :func:`include.autopilot.cost.spending.write_cost`, and
        ``search_signal``, sentences that say why a new search may be worth it.
    :param structures: the column of the holdouts that has a structure in SMILES; None: there is none.
    :raises RunError: the run was not evaluated yet.
    """
    evaluation, judged = judged_evaluation(s3, plan)
    told = report_content(plan, evaluation, jobs, reported_drift(s3, plan))
    exams = [exam for exam in all_exams(s3, plan.locations) if exam.moment <= plan.cutoff]
    drifted = any(drop["warnings"] for drop in (told["drift"] or {"drops": []})["drops"][-1:])
    examined = {"exams": [as_json(exam) for exam in exams], "standing": _standing(s3, plan, exams, drifted)}
    found = {"gate": _gate(s3, plan, judged), "retune": retune_of(s3, plan)}
    content = masked({**told, **found, **examined, **(added or {})})
    predictions = read_predictions(s3, plan.problem, plan.holdouts, evaluation["predictions"])
    shown = Shown(
        **_measured(s3, plan, judged, predictions, evaluation["judge"]),
        exams=pictures([exams_figure(exams)]),
        course=pictures([course_figure(_records(s3, plan))]),
        requests=requested(s3, plan),
        rows=listed(s3, plan, next(one for one in predictions if one.holdout == evaluation["judge"]), structures),
    )
    written = {
        "html": write(s3, plan.run_folder.report_page, render(content, shown), "text/html; charset=utf-8", plan.source),
        "json": write_json(s3, plan.run_folder.report, content),
    }
    tell_change(s3, plan.locations)
    return written


def _measured(
    s3: S3Client, plan: Plan, judged: Mapping[str, Any] | None, predictions: Sequence[Predictions], judge: str
) -> dict[str, Any]:
    """Return what is shown of the answers: charts of every holdout, and the champion beside the one that judged."""
    found: dict[str, Any] = {"measured": [], "ranges": (), "ranged": [], "beside": []}
    most, target = points_each(len(predictions)), plan.problem.target
    for one in predictions:
        judges, title = one.holdout == judge, marked(one.holdout, plan.source)
        champion = champion_outcome(s3, plan, judged, one) if judges else None
        found["measured"] += pictures(measured_figures(one, title, target, champion, judges, most))
        if not judges:
            continue
        if champion is not None:
            found["beside"] = beside(plan.problem.type, one.outcome, champion)
        if isinstance(one.outcome, Numbers):
            theirs = champion if isinstance(champion, Numbers) else None
            found["ranges"] = ranges_of(one.outcome, theirs)
            found["ranged"] = pictures(ranges_figures(title, target, found["ranges"]))
    return found


def _records(s3: S3Client, plan: Plan) -> list[dict[str, Any]]:
    """Return the ledger's records up to the run's cutoff."""
    return [one for one in judged_runs(s3, plan.locations) if one["cutoff"] <= plan.cutoff.isoformat()]


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
        "recipe": plan.recipe,
        "predictions": evaluation["predictions"],
    }


def _gate(s3: S3Client, plan: Plan, judged: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the verdict, the champion it was compared with, and what became of the version; None without a verdict."""
    if judged is None:
        return None
    promotion = load_promotion(s3, plan)
    return {"verdict": judged["verdict"], "compared": judged["compared"], "promotion": promotion}


@dataclass(frozen=True)
class Shown:
    """What the page shows besides the content of ``report.json``.

    :param measured: the charts of what was measured against what was predicted.
    :param ranges: the errors by predicted range, and ``ranged`` their chart.
    :param beside: the metrics of champion and challenger on the same rows.
    :param exams: the chart of the exams; ``course``: that of the metric by cutoff.
    :param requests: what SageMaker was asked for.
    :param rows: the rows of the holdout that judged.
    """

    measured: Sequence[Picture] = ()
    ranges: Sequence[Range] = ()
    ranged: Sequence[Picture] = ()
    beside: Sequence[Beside] = ()
    exams: Sequence[Picture] = ()
    course: Sequence[Picture] = ()
    requests: Sequence[Requested] = ()
    rows: Listed | None = None


def render(content: Mapping[str, Any], shown: Shown) -> str:
    """Return the page; every text of it is escaped."""
    gate = content.get("gate")
    in_units = [metric.shown for metric in metrics_of(content["problem_type"]) if metric.in_units_of_target]
    drawn = [*shown.course, *shown.measured, *shown.ranged, *shown.exams]
    return rendered(
        content,
        shown=shown,
        figures=figures_data([one.figure for one in drawn]),
        in_units=in_units,
        undefined=_undefined(content),
        gate=gate,
        rows=rows_of(gate["verdict"]) if gate else [],
        bars=bars(content["jobs"]),
        pipelines=PIPELINES,
        listed=shown.rows,
        undrawable=rdkit_missing() if shown.rows and shown.rows.structures else False,
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


def _undefined(content: Mapping[str, Any]) -> list[str]:
    """Return a sentence per reason why metrics of a holdout have no value."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for holdout, found in content["holdouts"].items():
        for metric, score in found["metrics"].items():
            if score["reason"]:
                reasons.setdefault((holdout, score["reason"]), []).append(metric_name(metric))
    return [f"{holdout}: no {', '.join(metrics)}, because {reason}." for (holdout, reason), metrics in reasons.items()]
