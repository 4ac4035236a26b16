"""Reports with everything in them: a champion and its challenger, hostile texts, a wide table that drifted."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

import numpy as np

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.comparison import drift_of
from include.autopilot.drift.profile import ColumnProfile, Numbers, Profile
from include.autopilot.drift.shown import drift_content, drift_page
from include.autopilot.evaluation import outcome as outcomes
from include.autopilot.evaluation.predictions import Predictions
from include.autopilot.report.champion import beside
from include.autopilot.report.page import Shown, render, write_report
from include.autopilot.report.pictures import measured_figures, pictures
from tests.support import flows
from tests.support.judgedruns import Judged, ran
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, MARCH

HOSTILE = "<script>alert(1)</script>\u202e'\"&" + "x" * 10_000
LABELS = ("no", "<b>yes</b>")


def written(toy: Toy, registry: Any, holdout: int, columns: int) -> tuple[str, dict[str, Any]]:
    """Write the report of a second run, whose champion answered the same rows; gives the page and its content.

    :param holdout: how many rows judge; ``columns``: how many are compared with the baseline.
    """
    table = rows(10_000, holdout)
    table = [row | {"note": HOSTILE if place % 2 else "CC(=O)Oc1ccccc1C(=O)O"} for place, row in enumerate(table)]
    table[0]["id"] = HOSTILE
    toy.put("holdout/sealed.csv", csv_bytes(table))
    first = ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    answer(first, 0.8)
    assert first.finish()["kind"] == "promoted"
    second = ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5)
    answer(second, 0.4)
    second.finish()
    plan = second.plan
    toy.put(f"runs/{plan.main}/drift.json", json.dumps(drift(columns)).encode())
    added = {"cost": COST, "search_signal": ["Three runs kept the champion."]}
    found = write_report(toy.s3, plan, JOBS, added, structures="note")
    return toy.get(found["html"]).decode(), json.loads(toy.get(found["json"]))


def answer(run: Judged, error: float) -> None:
    """Let the run's model err like a real one: by a normal error, more where the values are high."""
    output = run.plan.run_folder.predictions(run.model)
    dice = random.Random(7)  # noqa: S311 - errors, not a secret
    for key in run.toy.keys(output.partition("/toy/")[2]):
        lines = list(csv.reader(io.StringIO(run.toy.get(f"{run.toy.config.root}/{key}").decode())))
        told = io.StringIO()
        writer = csv.writer(told, lineterminator="\n")
        writer.writerows(
            [name, actual, round(float(actual) + dice.gauss(0, error) * (1 + max(0.0, float(actual)) / 4), 4)]
            for name, actual, _ in lines
        )
        run.toy.put(key, told.getvalue().encode())
    flows.evaluate(run.toy, run.uri, output)


def drift(columns: int) -> dict[str, Any]:
    """What a run found that compared a table of so many columns; every seventh has moved."""
    random_numbers = np.random.default_rng(3)
    names = [HOSTILE[:200], *(f"column {number}" for number in range(1, columns))]
    before, now = (
        Profile(
            400,
            400,
            tuple(
                _column(name, random_numbers.normal(by * (place % 7 == 0), 1, 400)) for place, name in enumerate(names)
            ),
        )
        for by in (0, 2)
    )
    schema = Schema(tuple(names), names[1], tuple(names), ())
    found = drift_content(drift_of(before, now, schema))
    return {
        "title": "A toy", "cutoff": "2024-03-01T00:00:00+00:00", "synthetic": False, "warnings": [], "blocks": [],
        "baseline": {"folder": "s3://b", "why": "the first drop", "drops": ["2024-01-01"]},
        "drops": [{"drop": "2024-03-01", **found}],
    }  # fmt: skip


def drift_shown(columns: int) -> str:
    """The page of drift of its own."""
    return drift_page(drift(columns))


def _column(name: str, values: Any) -> ColumnProfile:
    ordered = np.sort(values)
    numbers = Numbers(False, ordered[0], ordered[-1], ordered.mean(), ordered.sum(), ordered.std(), ordered)
    return ColumnProfile(name, "numeric", len(ordered), 0, numbers)


def classes_shown(content: dict[str, Any], count: int) -> str:
    """The page of a classification of two classes.

    :param content: of a regression's report, which says all else.
    """
    dice = np.random.default_rng(5)
    truth = dice.random(count)
    actual = tuple(LABELS[int(one)] for one in dice.random(count) < truth)

    def answers(error: float) -> outcomes.Classes:
        chances = np.clip(truth + dice.normal(0, error, count), 0.01, 0.99)
        predicted = tuple(LABELS[int(chance > 0.5)] for chance in chances)
        return outcomes.Classes(LABELS, actual, predicted, np.column_stack([1 - chances, chances]))

    challenger, champion = answers(0.05), answers(0.3)
    found = Predictions("sealed", "s3://b/o", [f"row-{place}" for place in range(count)], challenger)  # type: ignore[arg-type]
    figures = measured_figures(found, "sealed", "y", champion, True, 1000)
    measured = beside("BinaryClassification", challenger, champion)
    metrics = {one.metric: {"value": one.challenger, "direction": one.direction, "reason": None} for one in measured}
    confusion = {"classes": list(LABELS), "measured_by_predicted": [list(row) for row in challenger.confusion]}
    told = content | {
        "problem_type": "BinaryClassification",
        "labels": list(LABELS),
        "judge": "sealed",
        "objective": {"metric": "AUC", **metrics["AUC"]},
        "holdouts": {"sealed": {"rows": count, "metrics": metrics, "confusion": confusion}},
        "holdout_digests": {"sealed": "0" * 64},
    }
    return render(told, Shown(measured=pictures(figures), beside=measured))


def _job(step: str, kind: str, start: int, end: int) -> dict[str, Any]:
    times = {edge: f"2024-03-01T00:{minute:02d}:00+00:00" for edge, minute in (("started", start), ("ended", end))}
    name = f"toy-{step}-20240301-1a2b3c4d5e6f"
    return {
        "step": step,
        "kind": kind,
        "name": name,
        "status": "Completed",
        "action": "created",
        "seconds": 60.0 * (end - start),
        **times,
    }


JOBS = [
    _job("featurize", "TransformJob", 0, 4),
    _job("train", "TrainingJob", 5, 12),
    {**_job("create_model", "Model", 12, 12), "ended": None, "seconds": None},
    _job("predict", "TransformJob", 13, 17),
    _job("predict_champion", "TransformJob", 13, 19),
]
COST = {
    "sentence": "The jobs cost 0.31 USD.",
    "jobs": [
        {"name": job["name"], "kind": job["kind"], "instances": [["ml.m5.large", 1]],
         "seconds": job["seconds"], "usd": 0.1, "saving_usd": 0.05, "why": ""}
        for job in JOBS if job["kind"] != "Model"
    ],
    "months": {"2024-03": {"usd": 0.31, "jobs": 4, "known_usd": 0.31, "unknown": 0}},
}  # fmt: skip
