"""The gate: whether the challenger is better than the champion on the same holdout, beyond chance and enough to matter.

Pure: it reads nothing and promotes nothing. docs/adr/0010-gate.md has the rule's error rates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from include.autopilot.errors import GateError
from include.autopilot.gate.bootstrap import resampled_gains, value_of
from include.autopilot.gate.contender import Contender, check_same_holdout, majority_predictor, mean_predictor
from include.autopilot.gate.gateconfig import GateConfig
from include.autopilot.gate.resampled import ResampledMetric, resampled_metric
from include.autopilot.gate.verdict import Comparison, Decision, Reason, Verdict
from include.autopilot.objective import Objective

# A metric that more resamples than this share lack (AUC without a positive row) has no honest interval.
_MOST_UNDEFINED = 0.05


def judge(champion: Contender | None, challenger: Contender, objective: Objective, config: GateConfig) -> Verdict:
    """Judge a challenger.

    :param champion: the model that serves now, its answers made in this run; None if there is none yet: the challenger
        must then beat the best constant.
    :param objective: the metric, and the direction somebody stated for it.
    :raises GateError: the two answered different holdouts, the metric is unknown or not possible with these answers, or
        the stated direction is wrong.
    """
    metric = _checked(objective)
    if champion is not None:
        check_same_holdout(champion, challenger)
    if config.mode == "disabled":
        sentence = "The gate is disabled: nothing was compared and nothing is promoted. Promote by hand."
        return _verdict("keep", "disabled", sentence, None, challenger, config)
    baseline = mean_predictor if metric.regression else majority_predictor
    opponent = baseline(challenger) if champion is None else champion
    broken = _not_finite(opponent, challenger)
    if broken:
        return _verdict("keep", *broken, opponent, challenger, config)
    comparison = compare(metric, opponent, challenger, config)
    if comparison is None:
        sentence = f"{metric.name} is not defined for these {len(challenger.keys)} rows. The champion stays."
        return _verdict("keep", "undefined", sentence, opponent, challenger, config)
    decision, reason = _decide(comparison, champion is None, len(challenger.keys), config)
    sentence = _sentence(comparison, reason, opponent, challenger, config)
    return _verdict(decision, reason, sentence, opponent, challenger, config, comparison)


def not_comparable(challenger: Contender, champion: str, why: str, config: GateConfig) -> Verdict:
    """Return the verdict where the champion could not be asked: it stays, and a person may decide otherwise.

    :param champion: its name, for people.
    """
    sentence = (
        f"The champion {champion} could not be compared: {why} It stays. To replace it all the same, put the new "
        "version in place by hand."
    )
    verdict = _verdict("keep", "not_comparable", sentence, None, challenger, config)
    return replace(verdict, opponent=champion)


def compare(
    metric: ResampledMetric, opponent: Contender, challenger: Contender, config: GateConfig
) -> Comparison | None:
    """Compute the numbers; None where the metric is not defined for the holdout or for many of its resamples."""
    rows = len(challenger.keys)
    scorers = metric.scorer(opponent), metric.scorer(challenger)
    values = [value_of(scorer, rows) for scorer in scorers]
    if not np.isfinite(values).all():
        return None
    gains = resampled_gains(metric, *scorers, rows, config.resamples, config.seed)
    if len(gains) < (1 - _MOST_UNDEFINED) * config.resamples:
        return None
    beside = 1 - config.confidence
    low, high, bound = np.quantile(gains, [beside / 2, 1 - beside / 2, beside])
    losses = metric.loss(np.array(values))
    gain = float(losses[0] - losses[1])
    return Comparison(
        metric=metric.name,
        direction=metric.direction,
        champion=values[0],
        challenger=values[1],
        gain=gain,
        relative_gain=gain / float(losses[0]) if losses[0] > 0 else None,
        low=float(low),
        high=float(high),
        bound=float(bound),
    )


def _checked(objective: Objective) -> ResampledMetric:
    metric = resampled_metric(objective.metric)
    if objective.direction != metric.direction:
        raise GateError(
            f"{objective.metric} is stated as {objective.direction}, but it is to {metric.direction.lower()}: the gate "
            "would promote the worse model. Correct the direction."
        )
    return metric


def _not_finite(opponent: Contender, challenger: Contender) -> tuple[Reason, str] | None:
    if not challenger.finite:
        return "not_finite", f"{challenger.model} answered with NaN or infinity. The champion stays."
    if not opponent.finite:
        return "champion_not_finite", (
            f"The champion {opponent.model} answered with NaN or infinity, so nothing can be compared. It stays; "
            "see why, or promote by hand."
        )
    return None


def _decide(found: Comparison, first: bool, rows: int, config: GateConfig) -> tuple[Decision, Reason]:
    if rows < config.min_holdout_rows:
        return "keep", "too_few_rows"
    if found.relative_gain is not None and _passes(found, found.relative_gain, config):
        return "promote", "first_model" if first else "better"
    if first:
        return "keep", "no_better_than_baseline"
    if found.gain == 0:
        return "keep", "tie"
    if found.high < 0:
        return "keep", "worse"
    too_small = found.relative_gain is not None and 0 < found.relative_gain < config.min_relative_change
    return "keep", "too_small" if too_small else "uncertain"


def _passes(found: Comparison, relative: float, config: GateConfig) -> bool:
    if relative < config.min_relative_change or found.gain <= 0:
        return False
    tolerated = config.max_relative_loss * found.gain / relative
    return {
        "interval": found.low > 0,
        "bound": found.bound > 0,
        "non_inferior": found.low > -tolerated,
        "point": True,
    }[config.rule]


_ENDINGS: dict[Reason, str] = {
    "better": "That is enough to be the champion.",
    "first_model": "That is enough to be the first champion.",
    "no_better_than_baseline": "Not shown to be better than a constant, it does not become the first champion.",
    "tie": "A tie keeps the champion.",
    "worse": "The champion stays.",
    "uncertain": "That may be chance: the champion stays.",
}


def _sentence(found: Comparison, reason: Reason, opponent: Contender, challenger: Contender, config: GateConfig) -> str:
    relative = "" if found.relative_gain is None else f"{abs(found.relative_gain):.1%} "
    numbers = (
        f"{found.metric} {found.challenger:.4g} ({challenger.model}) against {found.champion:.4g} ({opponent.model}) "
        f"on {len(challenger.keys)} sealed rows: {relative}{'better' if found.gain > 0 else 'worse'}"
        if found.gain
        else f"{found.metric} {found.challenger:.4g} for both {challenger.model} and {opponent.model} on "
        f"{len(challenger.keys)} sealed rows"
    )
    ending = _ENDINGS.get(reason, "")
    if reason == "too_few_rows":
        half = (found.high - found.low) / 2
        ending = (
            f"Fewer than {config.min_holdout_rows} rows tell differences of about {half:.2g} only: nothing changes."
        )
    if reason == "too_small":
        ending = f"Less than {config.min_relative_change:.1%} is not worth a promotion: the champion stays."
    if reason in ("better", "first_model") and config.mode == "dry_run":
        ending = "A dry run: nothing is promoted."
    return f"{numbers}, {config.confidence:.0%} interval of the gain {found.low:.4g} to {found.high:.4g}. {ending}"


def _verdict(
    decision: Decision,
    reason: Reason,
    sentence: str,
    opponent: Contender | None,
    challenger: Contender,
    config: GateConfig,
    comparison: Comparison | None = None,
) -> Verdict:
    return Verdict(
        decision=decision,
        reason=reason,
        sentence=sentence,
        mode=config.mode,
        challenger=challenger.model,
        opponent=None if opponent is None else opponent.model,
        holdout=challenger.holdout,
        rows=len(challenger.keys),
        rule=config.rule,
        confidence=config.confidence,
        min_relative_change=config.min_relative_change,
        resamples=config.resamples,
        seed=config.seed,
        comparison=comparison,
    )
