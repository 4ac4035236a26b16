"""The verdicts of a model's runs so far, read from its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import at, number_at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.drops.plan import Plan
from include.autopilot.gate.streak import Signal, new_in_newest, search_signal
from include.autopilot.gate.verdict import verdict_of
from include.autopilot.s3.bundle import Bundle

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def verdicts_until(s3: S3Client, plan: Plan) -> list[dict[str, Any]]:
    """Return ``cutoff``, ``decision`` and ``reason`` of every run of the plan's pipeline up to its cutoff.

    Those of another template tell nothing of this one, and a run that searched by itself retrained none. Of a cutoff
    that was run twice, the run that registered the higher version comes last.
    """
    if plan.path == "search_again":
        return []
    runs = [
        one
        for one in judged_runs(s3, plan.locations)
        if one["cutoff"] <= plan.cutoff.isoformat()
        and one["template"] == plan.template
        and one["path"] != "search_again"
    ]
    runs.sort(key=lambda one: int(one["version"]["version"]))
    return [
        {"cutoff": one["cutoff"], "decision": one["verdict"]["decision"], "reason": one["verdict"]["reason"]}
        for one in runs
    ]


def looks_before(s3: S3Client, locations: Locations, holdout: str) -> int:
    """Return how many verdicts at a holdout the ledger has of the time before looks were counted.

    :param holdout: the digest of its file.
    """
    return sum(
        _is_look(one["verdict"], holdout) and one.get("compared") is not None for one in judged_runs(s3, locations)
    )


def signal_of(s3: S3Client, plan: Plan, after: int | None) -> Signal:
    """Say whether the run gives a reason to search again.

    :param after: the YAML's ``search_after_losses``.
    """
    if after is None:
        return Signal(0, ())
    columns = new_in_newest([drop.prepared.extra for drop in plan.drops])
    return search_signal(verdicts_until(s3, plan), after, columns)


def judged_runs(s3: S3Client, locations: Locations) -> list[dict[str, Any]]:
    """Return the ledger's records of the runs that were judged."""
    try:
        ledger = Bundle(s3, locations, locations.ledger)
    except MissingObjectError:
        return []
    records = [ledger.read_json(uri) for uri in ledger.uris if uri.endswith(".json")]
    ledger.keep()
    return [one for one in records if one.get("kind") == "run" and text_at(one, "verdict", "decision")]


def compared_in(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``champion``, ``low``, ``high`` and ``rows`` of a record of the ledger; each None where it is not there.

    ``champion`` is its metric, or the baseline's of a first model. The interval of the gain is put on it: between
    ``low`` and ``high`` the challenger's metric may as well lie by chance of the rows.
    """
    rows = number_at(record, "verdict", "rows")
    numbers = at(record, "verdict", "comparison")
    empty: dict[str, Any] = {"champion": None, "low": None, "high": None, "rows": None if rows is None else int(rows)}
    # After gate.metric was changed the comparison is in another metric than the version's.
    if not numbers or numbers["metric"] != record["version"]["metric"]:
        return empty
    champion = float(numbers["champion"])
    towards = -1 if numbers["direction"] == "Minimize" else 1
    ends = sorted(champion + towards * float(numbers[end]) for end in ("low", "high"))
    return {**empty, "champion": champion, "low": ends[0], "high": ends[1]}


def _is_look(verdict: Mapping[str, Any], holdout: str) -> bool:
    return text_at(verdict, "holdout") == holdout and "look" not in verdict and verdict_of(verdict).spends
