"""The gate: whether the challenger is better than the champion on the same holdout, beyond chance and enough to matter.

Pure: it reads nothing and promotes nothing. docs/adr/0010-gate.md has the rule's error rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from include.autopilot.base.errors import GateError
from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.segments import Segments
from include.autopilot.gate.baseline import Baseline, baseline_of
from include.autopilot.gate.bootstrap import MOST_UNDEFINED, resampled_gains, resamples_of, value_of
from include.autopilot.gate.chance import allowed, chance_of
from include.autopilot.gate.confusion import Scorer, Values
from include.autopilot.gate.contender import Contender, check_same_holdout
from include.autopilot.gate.decision import decide, with_likely_gain
from include.autopilot.gate.lossrows import LossRow, Places, loss_rows, sentence_of
from include.autopilot.gate.resampled import ResampledMetric, resampled_metric, too_large
from include.autopilot.gate.segments import compared_segments, worse_words
from include.autopilot.gate.spending import Look, level_words, look_words, tails
from include.autopilot.gate.tail import ends
from include.autopilot.gate.verdict import Comparison, Decision, Reason, Verdict, relative_words
from include.autopilot.settings.gate import GateConfig

# Resamples that have none of so many rows are more than that share: e ** -3 of them.
_MOST_ALIKE = 3


def judge(
    champion: Contender | None,
    challenger: Contender,
    objective: Objective,
    config: GateConfig,
    places: Places | None = None,
    look: Look | None = None,
    share: int = 1,
    columns: Sequence[Segments] = (),
) -> Verdict:
    """Judge a challenger.

    :param champion: the model that serves now, its answers made in this run; None if there is none yet: the challenger
        must then beat the best answer that looks at no row.
    :param objective: the metric, and the direction somebody stated for it.
    :param places: finds the rows that a verdict names; without it they are named by their keys alone.
    :param look: which comparison of its timeline it is (:mod:`include.autopilot.gate.looks` counts them); None: it
        belongs to none and has the error of a single comparison, as that of a first model always has.
    :param share: how many challengers are judged in this look: each gets that part of the look's error.
    :param columns: what cuts the rows into segments; a challenger that is worse in one of them is not promoted.
    :raises GateError: the two answered different holdouts, the metric is unknown or not possible with these answers, or
        the stated direction is wrong.
    """
    metric = _checked(objective)
    if champion is not None:
        check_same_holdout(champion, challenger)
    if config.mode == "disabled":
        sentence = "The gate is disabled: nothing was compared and nothing is promoted. Promote by hand."
        return _verdict("keep", "disabled", sentence, None, challenger, config)
    broken = _not_finite(champion, challenger, places)
    if broken:
        return _verdict("keep", *broken, None if champion is None else champion.model, challenger, config)
    if champion is None:
        opponent = baseline_of(metric, challenger)
    else:
        opponent = Baseline(champion.model, metric.scorer(champion))
    look = None if champion is None else look
    comparison = compare(metric, opponent.scorer, challenger, config, tails(config, look, share))
    rows = loss_rows(metric, champion, challenger, places, always=comparison is None)
    if comparison is None:
        sentence = _undefined(metric, champion, challenger, rows)
        return _verdict("keep", "undefined", sentence, opponent.name, challenger, config)
    decision, reason, chance = _decided(comparison, metric, champion, challenger, config)
    segments = compared_segments(metric, champion, challenger, columns, config)
    worse = worse_words(segments, config)
    if decision == "promote" and worse:
        decision, reason = "keep", "worse_in_segment"
    if reason == "better":
        comparison = with_likely_gain(comparison, metric, config)
    look = None if look is None else replace(look, words=look_words(config, look))
    sentences = [
        _sentence(comparison, reason, opponent.name, challenger, config),
        f"{worse}: the champion stays." if reason == "worse_in_segment" else "",
        *_told(decision, chance, look),
        sentence_of(rows),
    ]
    sentence = " ".join(filter(None, sentences))
    verdict = _verdict(decision, reason, sentence, opponent.name, challenger, config, comparison)
    return replace(verdict, loss_rows=rows, chance=chance, look=look, segments=segments)


def not_comparable(challenger: Contender, champion: str, why: str, config: GateConfig) -> Verdict:
    """Return the verdict where the champion could not be asked: it stays, and a person may decide otherwise.

    :param champion: its name, for people.
    """
    sentence = (
        f"The champion {champion} could not be compared: {why} It stays. To replace it all the same, put the new "
        "version in place by hand."
    )
    return _verdict("keep", "not_comparable", sentence, champion, challenger, config)


def compare(
    metric: ResampledMetric,
    opponent: Scorer,
    challenger: Contender,
    config: GateConfig,
    beyond: tuple[float, float],
) -> Comparison | None:
    """Compute the numbers; None where the metric is not defined for the holdout or for many of its resamples.

    :param beyond: see :func:`include.autopilot.gate.spending.tails`.
    """
    rows = len(challenger.keys)
    scorers = opponent, metric.scorer(challenger)
    values = [value_of(scorer, rows) for scorer in scorers]
    if not np.isfinite(values).all():
        return None
    resamples = resamples_of(rows, config.resamples)
    gains = resampled_gains(metric, *scorers, rows, resamples, config.seed)
    if len(gains) < (1 - MOST_UNDEFINED) * resamples:
        return None
    return comparison_of(metric, values, gains, rows, beyond)


def comparison_of(
    metric: ResampledMetric, values: Sequence[float], gains: Values, rows: int, beyond: tuple[float, float]
) -> Comparison:
    """Return the numbers that resamples tell.

    :param values: the metric of the opponent and of the challenger, and ``gains`` the challenger's gain per resample.
    :param rows: of the holdout.
    :param beyond: see :func:`include.autopilot.gate.spending.tails`.
    """
    low, high = ends(gains, beyond[0], rows)
    losses = metric.loss(np.array(values))
    gain = float(losses[0] - losses[1])
    return Comparison(
        metric=metric.name,
        direction=metric.known.direction,
        champion=values[0],
        challenger=values[1],
        gain=gain,
        relative_gain=_relative(gain, float(losses[0])),
        low=low,
        high=high,
        bound=ends(gains, beyond[1], rows)[0],
        level=1 - 2 * beyond[0],
    )


def _decided(
    found: Comparison,
    metric: ResampledMetric,
    champion: Contender | None,
    challenger: Contender,
    config: GateConfig,
) -> tuple[Decision, Reason, float | None]:
    """Return what all rows together say, and of a first model how often its answers are as good by chance."""
    decision, reason = decide(found, metric, champion is None, len(challenger.keys), config)
    if reason != "first_model" or config.rule == "point":
        return decision, reason, None
    chance = chance_of(metric, challenger, config)
    if chance > allowed(config):
        decision, reason = "keep", "no_better_than_baseline"
    return decision, reason, chance


def _told(decision: Decision, chance: float | None, look: Look | None) -> Iterator[str]:
    """Yield what a verdict says besides of a challenger that chance alone may explain, and of its look."""
    if chance is not None and decision == "keep":
        yield f"Mixed among the rows, its answers are as good in {chance:.1%} of the cases."
    if look is not None:
        yield f"{look.words[0].upper()}{look.words[1:]}."


def _checked(objective: Objective) -> ResampledMetric:
    metric = resampled_metric(objective.metric)
    known = metric.known
    if objective.direction != known.direction:
        raise GateError(
            f"{objective.metric} is stated as {objective.direction}, but it is to {known.direction.lower()}: the gate "
            "would promote the worse model. Correct the direction."
        )
    return metric


def _relative(gain: float, loss: float) -> float | None:
    """Return the gain as a share of a loss; None where that is no number: the loss is nothing, or next to nothing."""
    relative = gain / loss if loss > 0 else math.inf
    return relative if math.isfinite(relative) else None


def _not_finite(champion: Contender | None, challenger: Contender, places: Places | None) -> tuple[Reason, str] | None:
    stays = "No first champion is made of it." if champion is None else "The champion stays."
    if len(challenger.unanswered):
        return "not_finite", f"{_unanswered(challenger, places)} {stays}"
    if champion is not None and len(champion.unanswered):
        return "champion_not_finite", (
            f"The champion, {_unanswered(champion, places)} So nothing can be compared. It stays; see why, or promote "
            "by hand."
        )
    return None


def _unanswered(contender: Contender, places: Places | None) -> str:
    rows = contender.unanswered
    first = contender.keys[int(rows[0])]
    place = places([first]).get(first) if places else None
    where = f"key {first!r}" + (f" ({place})" if place else "")
    return (
        f"{contender.model}, answered {len(rows)} of {len(contender.keys)} rows with no number (NaN, infinity or "
        f"nothing), the first of them {where}."
    )


def _undefined(
    metric: ResampledMetric, champion: Contender | None, challenger: Contender, rows: Sequence[LossRow]
) -> str:
    """Say that there is no comparison, and where it is for an absurd number, for which one."""
    sentence = f"{metric.name} is not defined for these {len(challenger.keys)} rows{_alike(metric, challenger)}."
    both = [challenger] if champion is None else [champion, challenger]
    if metric.regression and any(too_large(one) for one in both):
        which = ", ".join(row.words for row in rows)
        sentence = f"{metric.name} cannot be computed: the errors are too large for a number, the largest at {which}."
    return f"{sentence} {'No first champion is made of it.' if champion is None else 'The champion stays.'}"


def _alike(metric: ResampledMetric, challenger: Contender) -> str:
    """Say that the rows are too much alike, and what to do about it; empty where they are not."""
    values, counts = np.unique(np.asarray(challenger.actual, dtype=float), return_counts=True)
    others = int(counts.sum() - counts.max())
    if others > _MOST_ALIKE:
        return ""
    which = f"have the measured value {values[np.argmax(counts)]:.4g}" if metric.regression else "are of one class"
    return (
        f": all{f' but {others}' if others else ''} of them {which}. Seal a holdout with more that differ, or name "
        "another gate.metric"
    )


_ENDINGS: dict[Reason, str] = {
    "better": "That is enough to be the champion.",
    "first_model": "That is enough to be the first champion.",
    "no_better_than_baseline": "Not shown to be better than not looking, it does not become the first champion.",
    "tie": "A tie keeps the champion.",
    "worse": "The champion stays.",
    "uncertain": "That may be chance: the champion stays.",
}


def _sentence(found: Comparison, reason: Reason, opponent: str, challenger: Contender, config: GateConfig) -> str:
    better = "better" if found.gain > 0 else "worse"
    relative = better if found.relative_gain is None else relative_words(found.relative_gain)
    numbers = (
        f"{found.metric} {found.challenger:.4g} ({challenger.model}) against {found.champion:.4g} ({opponent}) "
        f"on {len(challenger.keys)} {challenger.kind} rows: {relative}"
        if found.gain
        else f"{found.metric} {found.challenger:.4g} for both {challenger.model} and {opponent} on "
        f"{len(challenger.keys)} {challenger.kind} rows"
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
    level = level_words(found.level or config.confidence)
    told = f"{numbers}, {level} interval of the gain {found.low:.4g} to {found.high:.4g}.{_luck(found)} {ending}"
    return told.rstrip()


def _luck(found: Comparison) -> str:
    """Say what is left of a winner's gain without its luck."""
    if found.likely_gain is None or found.relative_gain is None or found.gain <= 0:
        return ""
    left = found.relative_gain * found.likely_gain / found.gain
    return f" Without the luck of the winner about {left:.1%}."


def _verdict(
    decision: Decision,
    reason: Reason,
    sentence: str,
    opponent: str | None,
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
        opponent=opponent,
        holdout=challenger.holdout,
        rows=len(challenger.keys),
        rule=config.rule,
        confidence=config.confidence,
        min_relative_change=config.min_relative_change,
        resamples=resamples_of(len(challenger.keys), config.resamples),
        seed=config.seed,
        comparison=comparison,
        judged_on=challenger.kind,
    )
