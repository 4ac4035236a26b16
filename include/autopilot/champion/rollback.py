"""Put any registered version in place as the champion: one step, with a reason, whatever the gate thinks of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from include.autopilot.base.errors import RollbackError
from include.autopilot.base.source import SYNTHETIC, marked
from include.autopilot.champion.ledger import Record, event, events_of
from include.autopilot.champion.pointer import Champion, ModelStore, move, next_number, pointer, settle
from include.autopilot.champion.removed import find_removal
from include.autopilot.champion.version import Version, version_of
from include.autopilot.s3 import conditional

log = logging.getLogger(__name__)

_LISTED = 50


def roll_back(store: ModelStore, number: int, reason: str, by: str, at: str) -> Record:
    """Make a version the champion and return the ledger's event.

    The same request again (a retry, or the version that is the champion already) changes nothing.

    :param number: of the version.
    :param reason: why; it stands in the ledger for ever.
    :param by: the key of the run that asks.
    :param at: ISO 8601: the instant for which Airflow started that run.
    :raises RollbackError: no reason, or no such version (any more); the message lists those there are.
    :raises RegistryError: no retraining registered that version.
    """
    if not reason.strip():
        raise RollbackError("A rollback needs a reason: write why, for whoever reads the ledger later.")
    _check_removed(store, number)
    described = store.registry.version(number)
    if described is None:
        raise RollbackError(f"There is no version {number} of {store.registry.group}. {_listed(store)}")
    version = version_of(described)
    while True:
        # Unlike for a promotion, a lost pointer is no obstacle: this is how it is put back.
        champion, stored = pointer(store)
        done = _done(store, version, by)
        if done or (champion is not None and champion.version.arn == version.arn):
            settle(store)
            return done or _unchanged(champion)
        count = next_number(store, champion)
        sentence = marked(_sentence(version, champion, reason.strip()), _source(described))
        uri, moved = _event(store, version, count, champion, reason.strip(), sentence, by, at)
        if move(store, champion, stored, Champion(count, version, uri, moved)):
            _undo_removed(store, champion, number)
            log.info("%s", moved["sentence"])
            settle(store)
            return moved


def _check_removed(store: ModelStore, number: int) -> None:
    removal = find_removal(store.s3, store.locations, number)
    if removal is not None:
        raise RollbackError(f"{removal.sentence} {_listed(store)}")


def _undo_removed(store: ModelStore, before: Champion | None, number: int) -> None:
    """Put the champion back where the version is removed at this very moment.

    Who removes says so first and then looks at the pointer; who rolls back moves the pointer and then looks here. So at
    least one of the two sees the other.
    """
    try:
        _check_removed(store, number)
    except RollbackError:
        now, stored = pointer(store)
        if before is not None and now is not None and now.version.version == number:
            conditional.replace(store.s3, store.locations.champion, asdict(before), stored)
        raise


def _done(store: ModelStore, version: Version, by: str) -> Record | None:
    found = events_of(store.s3, store.locations, version)
    return next((one for one in found if one["kind"] == "rolled_back" and one["by"] == by), None)


def _unchanged(champion: Champion | None) -> Record:
    if champion is None:
        raise ValueError("there is a champion here")
    return {
        **champion.move,
        "kind": "unchanged",
        "sentence": f"{champion.version.label} is the champion already. Nothing changed.",
    }


def _sentence(version: Version, champion: Champion | None, reason: str) -> str:
    before = f"{champion.version.label} ({champion.version.moment:%Y-%m-%d})" if champion else "nothing"
    return f"{version.label} ({version.moment:%Y-%m-%d}) was put in place of {before} by hand: {reason}"


def _source(described: Mapping[str, Any]) -> str | None:
    return SYNTHETIC if described["CustomerMetadataProperties"].get("synthetic") == "true" else None


def _event(
    store: ModelStore,
    version: Version,
    count: int,
    champion: Champion | None,
    reason: str,
    sentence: str,
    by: str,
    at: str,
) -> tuple[str, Record]:
    details: dict[str, Any] = {
        "reason": reason,
        "sentence": sentence,
        "verdict": None,
        "approval": None,
        "champion_before": asdict(champion.version) if champion else None,
    }
    return event(store.locations, version, "rolled_back", count, at, by, details)


def _listed(store: ModelStore) -> str:
    """Return the versions there are, the newest first, one per line."""
    lines = []
    for place, summary in enumerate(store.registry.summaries()):
        if place == _LISTED:
            lines.append("  ... and older ones")
            break
        metadata = store.registry.describe(summary["ModelPackageArn"]).get("CustomerMetadataProperties", {})
        metric = f"{metadata.get('metric', 'metric')} {metadata.get('value', 'unknown')}"
        status = summary.get("ModelApprovalStatus", "unknown")
        lines.append(
            f"  {summary.get('ModelPackageVersion')}: cutoff {metadata.get('cutoff', 'unknown')}, {metric}, {status}"
        )
    return "Choose one of:\n" + "\n".join(lines) if lines else "No version was registered yet: run a retraining first."
