"""``lineage.json``: beside predictions, where they come from. Written last, so predictions with it are whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from include.autopilot.base.folders import ScoreFolder
from include.autopilot.candidate.inference import PROBABILITY
from include.autopilot.s3.objects import write_json
from include.autopilot.scoring.join import columns_of
from include.autopilot.scoring.plan import ScorePlan
from include.autopilot.template.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINEAGE = "lineage.json"


def write_lineage(s3: S3Client, plan: ScorePlan, plan_uri: str, job: str, written: Mapping[str, str]) -> str:
    """Write the lineage of a scoring run's predictions and return its address.

    :param job: the ARN of the transform job.
    :param written: address of the predictions -> SHA-256 of their bytes, in the order of the inputs.
    """
    return write_json(s3, ScoreFolder(plan.output).lineage, lineage_of(plan, plan_uri, job, written))


def lineage_of(plan: ScorePlan, plan_uri: str, job: str, written: Mapping[str, str]) -> dict[str, Any]:
    """Return the lineage; see :func:`write_lineage`."""
    serving = plan.serving
    files = zip(plan.inputs, written.items(), strict=True)
    return {
        "schema": 1,
        "kind": "scoring",
        "model": plan.model,
        "root": plan.root,
        "scoring_run": plan.run,
        "plan": plan_uri,
        "version": {
            "arn": serving.arn,
            "number": serving.version,
            "cutoff": serving.cutoff.isoformat(),
            "run": serving.run,
        },
        "template": serving.template,
        "ledger": serving.record,
        "put_in_place": serving.event,
        "sagemaker_model": serving.model["ModelName"],
        "job": job,
        "files": [
            {
                "predictions": uri,
                "predictions_sha256": digest,
                "rows": file.rows,
                "input": file.uri,
                "input_sha256": file.sha256,
                "columns_left_out": list(file.extra),
                "data_source": file.source,
            }
            for file, (uri, digest) in files
        ],
        "empty_inputs": list(plan.empty),
        "columns": list(columns_of(plan)),
        "positive_class": _positive_class(plan.problem),
        "interval": None if plan.interval is None else asdict(plan.interval),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
    }


def _positive_class(problem: Problem) -> str | None:
    """Return the class that the column ``probability`` is about; None where there is no such column."""
    return problem.labels[1] if PROBABILITY in problem.columns and len(problem.labels) == 2 else None
