"""What came out of a run, in a few lines: what became of its model, its metric, and where the report is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.champion.ledger import shown_kind
from include.autopilot.champion.registering import load_promotion
from include.autopilot.drops.plan import Plan
from include.autopilot.report.judged import judged_evaluation

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def note_of(s3: S3Client, plan: Plan, page: str, shown: str | None = None) -> str:
    """Return the note of a run.

    :param page: the address of its report in S3; ``shown``: where people can see it, if that is known.
    """
    promotion, (evaluation, _) = load_promotion(s3, plan), judged_evaluation(s3, plan)
    objective, rows = evaluation["objective"], evaluation["holdouts"][evaluation["judge"]]["rows"]
    value = "is not defined" if objective["value"] is None else f"{objective['value']:.4g}"
    reason = promotion["reason"].replace("_", " ") if promotion else ""
    kind = shown_kind(promotion["kind"], promotion["number"]) if promotion else ""
    became = [f"{kind} ({reason}): {promotion['sentence']}"] if promotion else []
    measured = f"{objective['metric']} {value} on {rows} rows of {evaluation['judge']}"
    return "\n".join([*became, measured, *([f"Page: {shown}"] if shown else []), f"Report: {page}"])
