"""What a run will use, in numbers and in one sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.settings.window import Newest


def scope_of(plan: Plan) -> str:
    """Return the data scope in few words: ``full``, ``last 3``, ``last 90 days``, ``since 2024-03-01``."""
    if plan.beside and plan.decline:
        return f"since {plan.decline.since}"
    return plan.window.words if isinstance(plan.window, Newest) else "full"


def drop_summary(drop: PlannedDrop) -> dict[str, Any]:
    """Return one drop's counts.

    ``used`` rows are those of training and validation. ``recent`` keys are those that judge while they are new,
    ``judging`` the rows that do so now; ``kept_for_judging`` are these and what is one row with them.
    """
    prepared, kept = drop.prepared, drop.kept
    left_out = prepared.train + prepared.validation - kept.train - kept.validation
    return {
        "drop": drop.name,
        "date": drop.day.isoformat(),
        "version": drop.version,
        "first_run": drop.first_run,
        "digest": prepared.digest,
        "rows": prepared.rows,
        "used": 0 if drop.repeats else kept.train + kept.validation,
        "training": 0 if drop.repeats else kept.train,
        "validation": 0 if drop.repeats else kept.validation,
        "superseded": left_out - drop.superseded.repeated - drop.superseded.judging,
        "repeated": drop.superseded.repeated,
        "recent": drop.recent,
        "judging": drop.judging,
        "kept_for_judging": drop.superseded.judging,
        "held_out": prepared.held_out,
        "unusable": prepared.unusable,
        "extra_columns": list(prepared.extra),
        "repeats": drop.repeats.isoformat() if drop.repeats else None,
    }


def conflicts_of(plan: Plan) -> dict[str, Any]:
    """Return how many ``keys`` have rows that do not agree on the target, and ``examples``, the used row first."""
    return asdict(plan.conflicts)


def summary_of(plan: Plan, to_featurize: int) -> dict[str, Any]:
    """Return the summary of a plan.

    :param to_featurize: drops whose features have to be made first.
    """
    drops = [drop_summary(drop) for drop in plan.drops]
    held_out = sum(drop["held_out"] for drop in drops)
    again = plan.path == "search_again"
    reused = 0 if again else len(plan.used) - to_featurize
    work = "searched again" if again else f"{to_featurize} drops to featurize, {reused} already are"
    superseded = sum(drop["superseded"] for drop in drops)
    repeated = sum(drop["repeated"] for drop in drops)
    judges = sum(drop["judging"] for drop in drops)
    unusable = sum(drop["unusable"] for drop in drops)
    without = f", {unusable} without a target" if unusable else ""
    recent = f"{judges} kept out to judge while they are new, " if judges else ""
    sentence = (
        f"{plan.title}, cutoff {plan.cutoff.isoformat()}: {len(drops)} drops, {plan.training_rows} training and "
        f"{plan.validation_rows} validation rows, {held_out} rows kept out as holdout, {recent}"
        f"{superseded} superseded by newer drops, {repeated} repeated within a drop{without}; {work}."
    )
    return {
        "sentence": sentence,
        "cutoff": plan.cutoff.isoformat(),
        "scope": scope_of(plan),
        "drops": drops,
        "training_rows": plan.training_rows,
        "validation_rows": plan.validation_rows,
        "held_out_rows": held_out,
        "superseded_rows": superseded,
        "repeated_rows": repeated,
        "conflicts": conflicts_of(plan),
        "identity": [finding.as_json() for finding in plan.identity],
        "holdouts": {holdout.name: holdout.rows for holdout in plan.holdouts},
        "featurize": to_featurize,
        "features_reused": reused,
        "template": plan.template,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
