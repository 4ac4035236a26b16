"""What a run will use, in numbers and in one sentence."""

from __future__ import annotations

from typing import Any

from include.autopilot.plan import Plan, PlannedDrop


def drop_summary(drop: PlannedDrop) -> dict[str, Any]:
    """Return one drop's counts; ``used`` rows are those of training and validation."""
    prepared = drop.prepared
    return {
        "date": drop.day.isoformat(),
        "digest": prepared.digest,
        "rows": prepared.rows,
        "used": 0 if drop.repeats else prepared.train + prepared.validation,
        "training": 0 if drop.repeats else prepared.train,
        "validation": 0 if drop.repeats else prepared.validation,
        "held_out": prepared.held_out,
        "unusable": prepared.unusable,
        "extra_columns": list(prepared.extra),
        "repeats": drop.repeats.isoformat() if drop.repeats else None,
    }


def summary_of(plan: Plan, to_featurize: int) -> dict[str, Any]:
    """Return the summary of a plan.

    :param to_featurize: drops whose features have to be made first.
    """
    drops = [drop_summary(drop) for drop in plan.drops]
    held_out = sum(drop["held_out"] for drop in drops)
    again = plan.path == "search_again"
    reused = 0 if again else len(plan.used) - to_featurize
    work = "searched again" if again else f"{to_featurize} drops to featurize, {reused} already are"
    sentence = (
        f"{plan.title}, cutoff {plan.cutoff.isoformat()}: {len(drops)} drops, {plan.training_rows} training and "
        f"{plan.validation_rows} validation rows, {held_out} rows kept out as holdout; "
        f"{work}."
    )
    return {
        "sentence": sentence,
        "cutoff": plan.cutoff.isoformat(),
        "scope": plan.options.scope,
        "drops": drops,
        "training_rows": plan.training_rows,
        "validation_rows": plan.validation_rows,
        "held_out_rows": held_out,
        "holdouts": {holdout.name: holdout.rows for holdout in plan.holdouts},
        "featurize": to_featurize,
        "features_reused": reused,
        "template": plan.template,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
