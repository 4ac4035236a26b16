"""The verdicts of a model's runs so far, read from its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.autopilot.data.bundle import Bundle
from include.autopilot.errors import MissingObjectError
from include.autopilot.gate.streak import Signal, new_in_newest, search_signal
from include.autopilot.lenient import text_at
from include.autopilot.plan import Plan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def verdicts_until(s3: S3Client, plan: Plan) -> list[dict[str, Any]]:
    """Return ``cutoff``, ``decision`` and ``reason`` of every run up to the plan's cutoff.

    Of a cutoff that was run twice, the run that registered the higher version comes last.
    """
    try:
        ledger = Bundle(s3, plan.locations, plan.locations.ledger)
    except MissingObjectError:
        return []
    records = [ledger.read_json(uri) for uri in ledger.uris if uri.endswith(".json")]
    ledger.keep()
    runs = [one for one in records if one.get("kind") == "run" and text_at(one, "verdict", "decision")]
    runs = [one for one in runs if one["cutoff"] <= plan.cutoff.isoformat()]
    runs.sort(key=lambda one: int(one["version"]["version"]))
    return [
        {"cutoff": one["cutoff"], "decision": one["verdict"]["decision"], "reason": one["verdict"]["reason"]}
        for one in runs
    ]


def signal_of(s3: S3Client, plan: Plan, after: int | None) -> Signal:
    """Say whether the run gives a reason to search again.

    :param after: the YAML's ``search_after_losses``.
    """
    if after is None:
        return Signal(0, ())
    columns = new_in_newest([drop.prepared.extra for drop in plan.drops])
    return search_signal(verdicts_until(s3, plan), after, columns)
