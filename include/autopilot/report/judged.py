"""A run's evaluation as it was judged: by the holdout that the verdict names, which need not be the planned one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.autopilot.champion.judging import load_verdict
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.measured import load_evaluation

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def judged_evaluation(s3: S3Client, plan: Plan) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the evaluation, its ``judge`` and ``objective`` those of the holdout that judged, and the judging, if any.

    Where the champion cannot be asked the recent rows the sealed ones judge, which shows only at the judging.

    :raises RunError: the run was not evaluated yet.
    """
    evaluation, judged = load_evaluation(s3, plan), load_verdict(s3, plan)
    if judged is None:
        return evaluation, None
    by_digest = {holdout.digest: holdout.name for holdout in plan.holdouts}
    judge = by_digest.get(judged["verdict"]["holdout"], evaluation["judge"])
    measured = evaluation["holdouts"][judge]["metrics"][evaluation["objective"]["metric"]]
    return {**evaluation, "judge": judge, "objective": evaluation["objective"] | measured}, judged
