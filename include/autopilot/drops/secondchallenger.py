"""The second challenger of a run: after a decline it learns from the drops since the change alone.

It is a plan of its own in a folder of its own, beside the run's: what trains, evaluates, judges and registers a run
does so with it. Features, holdouts and the champion's answers are the run's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from include.autopilot.base.errors import RunError
from include.autopilot.drops.classes import check_training
from include.autopilot.drops.plan import Plan, load_plan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def with_second(plan: Plan, search: str) -> tuple[Plan, Plan | None]:
    """Return a run's plan, which names its second challenger and says why, and the plan of that.

    None of a run whose window is not ``auto``, and without a decline: one model is trained and paid for then. Where the
    drops since the change cannot train one, the plan says so.

    :param search: what finds a pipeline for fewer classes, for messages.
    """
    if plan.window != "auto" or plan.decline is None:
        return plan, None
    since = plan.decline.since
    second = _since(plan)
    why = _hindrance(plan, second, search)
    if why is not None:
        note = f"No second challenger learns from the drops since {since} alone: {why}"
        return replace(plan, notes=(*plan.notes, note)), None
    note = (
        f"A decline was seen in drop {plan.decline.seen}: a second challenger learns from the drops since {since} "
        f"alone, {second.training_rows} training and {second.validation_rows} validation rows. "
        f"{_told_again(second)}The better one is judged."
    )
    notes = (*plan.notes, note)
    return replace(plan, second=second.run, notes=notes), replace(second, notes=notes)


def second_key(run: str) -> str:
    """Return the key under which a run's second challenger has its folder and its records."""
    return f"{run}-window"


def second_plan(s3: S3Client, plan: Plan) -> Plan | None:
    """Return the plan of a run's second challenger; None where there is none."""
    return load_plan(s3, plan.locations.run(plan.second).plan) if plan.second else None


def _since(plan: Plan) -> Plan:
    drops = tuple(drop for drop in plan.drops if plan.decline and plan.decline.covers(drop.name))
    # What is superseded is so by a newer row, which is since the change, too.
    # It replays: one tuning job a run is enough.
    return replace(plan, run=second_key(plan.run), beside=plan.run, drops=drops, retune=None)


def _told_again(second: Plan) -> str:
    """Say which drops since the change are an older one again: the time before it is what their rows tell of."""
    days = {drop.day for drop in second.drops}
    again = [
        f"drop {drop.name} is that of {drop.repeats} again"
        for drop in second.drops
        if drop.repeats and drop.repeats not in days
    ]
    return f"It learns nothing from what came again: {', '.join(again)}. " if again else ""


def _hindrance(plan: Plan, second: Plan, search: str) -> str | None:
    if plan.path != "reuse":
        return "it takes Autopilot's own featurizer, and this run does not."
    if len(second.drops) == len(plan.drops):
        return "these are all drops."
    if not second.training_rows or not second.validation_rows:
        return f"they have {second.training_rows} training and {second.validation_rows} validation rows."
    try:
        check_training(plan.problem, [drop.kept for drop in second.used], search, plan.path)
    except RunError as error:
        return str(error)
    return None
