"""The ledger's record of one run: everything that went in, every request that was sent, and what came out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from include.autopilot.champion.ledger import Record
from include.autopilot.champion.version import Version
from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.drops.summary import scope_of
from include.autopilot.requests.retuned import retune_of
from include.autopilot.s3.jobrecords import job_records
from include.autopilot.s3.objects import read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def run_record(
    s3: S3Client,
    plan: Plan,
    version: Version,
    evaluation: Mapping[str, Any],
    judged: Mapping[str, Any],
    cost: Mapping[str, Any],
    revision: str,
    at: str,
) -> Record:
    """Return the record of a run whose model was registered.

    :param judged: what :func:`include.autopilot.champion.judging.judge_run` returned.
    :param cost: what :func:`include.autopilot.cost.spending.write_cost` returned.
    :param at: ISO 8601: the instant for which Airflow started the run.
    """
    return {
        "schema": 1,
        "kind": "run",
        "at": at,
        "model": plan.model,
        "run": plan.run,
        "beside": plan.beside,
        "cutoff": plan.cutoff.isoformat(),
        "plan": plan.run_folder.plan,
        "source": plan.source,
        "synthetic": plan.synthetic,
        "window": scope_of(plan),
        "decline": asdict(plan.decline) if plan.decline else None,
        "drops": [_drop(drop) for drop in plan.drops],
        "holdouts": [
            {"name": one.name, "uri": one.uri, "digest": one.digest, "rows": one.rows} for one in plan.holdouts
        ],
        "template": plan.template,
        "automl_job": plan.automl_job,
        "candidate": plan.candidate,
        "path": plan.path,
        "recipe": plan.recipe,
        "retune": _retune(s3, plan),
        "jobs": jobs_of(s3, plan),
        "version": asdict(version),
        "metrics": {
            name: {metric: score["value"] for metric, score in found["metrics"].items()}
            for name, found in evaluation["holdouts"].items()
        },
        "predictions": evaluation["predictions"],
        "verdict": judged["verdict"],
        "compared": judged["compared"],
        # So far: the report is still to be written, but every job has ended. What has no price is unknown, not free.
        "cost": {name: cost[name] for name in ("usd", "known_usd", "unknown", "saving_usd", "prices_of", "sentence")},
        "code_revision": revision,
    }


def _retune(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    found = retune_of(s3, plan)
    told = ("job", "parent", "metric", "direction", "chosen", "best", "replay")
    return {name: found[name] for name in told} if found else None


def jobs_of(s3: S3Client, plan: Plan) -> list[dict[str, Any]]:
    """Return every job and model that the run's operators kept a record of, by name; of two challengers one's only.

    :return: ``name``, ``arn`` (None where nobody saw the job end), and the addresses of ``request`` and
        ``description``.
    """
    found = []
    for kept in job_records(s3, plan.locations.records(plan.main)):
        if _of_the_other(s3, plan, kept.request):
            continue
        description = read_json(s3, kept.description) if kept.description else {}
        arn = next((text for text in description.values() if _is_arn_of(text, kept.name)), None)
        found.append({"name": kept.name, "arn": arn, "request": kept.request, "description": kept.description})
    return found


def _of_the_other(s3: S3Client, plan: Plan, request: str | None) -> bool:
    """Whether a request trained, made or asked the challenger of the run that the plan is not of."""
    name = plan.beside or plan.second
    if name is None or request is None:
        return False
    other, sent = plan.locations.run(name), json.dumps(read_json(s3, request))
    return any(f'"{folder}' in sent for folder in (other.model, other.predictions("")))


def _is_arn_of(value: Any, name: str) -> bool:
    return isinstance(value, str) and value.startswith("arn:") and value.lower().endswith(f"/{name.lower()}")


def _drop(drop: PlannedDrop) -> dict[str, Any]:
    return {
        "date": drop.day.isoformat(),
        "digest": drop.prepared.digest,
        "files": list(drop.files),
        "prepared": drop.prepared.folder,
        "features": drop.features,
        "features_job": drop.job,
        "repeats": drop.repeats.isoformat() if drop.repeats else None,
    }
