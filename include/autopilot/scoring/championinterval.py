"""The champion's prediction interval, or why there is none: nothing else is put in its place."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from include.autopilot.base.errors import AutopilotError, IntervalError
from include.autopilot.champion.serving import ServingChampion
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.scoring.interval import Coverage, Interval, coverage_of, interval_of
from include.autopilot.scoring.outoffold import read_out_of_fold

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def champion_interval(s3: S3Client, champion: ServingChampion, level: float) -> Interval:
    """Return the champion's interval at a level, with what it covered of the holdout that judged it.

    :raises IntervalError: it predicts classes, or has no out-of-fold predictions.
    """
    serving, problem = champion.serving, champion.plan.problem
    if not problem.is_regression:
        raise IntervalError(
            f"interval: {champion.plan.title} predicts classes, and an interval is of numbers. Ask for none; "
            "inference_output: probabilities in the YAML says how sure the model is."
        )
    if serving.artifact is None:
        raise IntervalError(
            f"interval: version {serving.version} is a single container (ENSEMBLING), whose training leaves no "
            "out-of-fold predictions. Ask for none."
        )
    interval = interval_of(read_out_of_fold(s3, serving.artifact), level)
    covered = _covered(s3, champion.plan, interval.half_width)
    said = "unknown" if covered is None else f"{covered.share:.1%} of {covered.rows} rows"
    log.info("%.0f %% interval: +/- %.4g; on the sealed holdout it held %s", 100 * level, interval.half_width, said)
    return replace(interval, holdout=covered)


def _covered(s3: S3Client, plan: Plan, half_width: float) -> Coverage | None:
    """Return what the interval covers of the judging holdout, which no booster saw; None where it cannot be read."""
    try:
        judge = read_predictions(s3, plan.problem, plan.holdouts, load_evaluation(s3, plan)["predictions"])[0]
    except AutopilotError as error:
        log.warning("the interval's coverage of the holdout is not known: %s", error)
        return None
    if not isinstance(judge.outcome, Numbers):
        return None
    return coverage_of(half_width, judge.outcome.actual, judge.outcome.predicted)
