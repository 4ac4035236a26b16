"""Promotion: one at a time, and never an older model over a newer one.

The pointer is read, the decision is made against the champion that it names, and the pointer is moved only if it still
says the same; otherwise everything is decided again. docs/adr/0013 lists the rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from include.autopilot.base.source import marked
from include.autopilot.champion.ledger import MOVES, Record, enter, event, events_of
from include.autopilot.champion.pointer import Champion, ModelStore, move, next_number, read_champion, settle
from include.autopilot.champion.registry import Status
from include.autopilot.champion.version import Version
from include.autopilot.gate.verdict import Verdict

log = logging.getLogger(__name__)

Answer = Literal["approved", "rejected", "timed_out"]
JudgeAgain = Callable[[Version], Verdict | None]
"""Judges the challenger against another champion; None where their answers for one holdout are not both known."""

# Nobody has shown that these are no better: a person may still put them in place.
_PENDING = frozenset({"disabled", "dry_run", "approval_missing", "champion_changed", "approved_against_another"})


@dataclass(frozen=True)
class Approval:
    """What a person answered, or that nobody did.

    :param by: who; None if nobody did in time.
    :param answered_at: ISO 8601, as Airflow recorded it.
    :param note: what the person wrote.
    """

    answer: Answer
    by: str | None = None
    answered_at: str | None = None
    note: str = ""

    @property
    def sentence(self) -> str:
        """The answer for people."""
        if self.answer == "timed_out":
            return "Nobody approved it in time."
        said = "Approved" if self.answer == "approved" else "Rejected"
        return f"{said} by {self.by or 'somebody'}{f': {self.note}' if self.note else ''}."


@dataclass(frozen=True)
class Proposal:
    """A challenger that wants to be the champion.

    :param verdict: the gate's.
    :param compared: the ARN of the champion it was compared with; None: there was none.
    :param needs_approval: whether a person has to agree.
    :param at: ISO 8601: the instant for which Airflow started the run.
    :param source: where the rows come from, in words.
    """

    version: Version
    verdict: Verdict
    compared: str | None
    at: str
    needs_approval: bool = False
    approval: Approval | None = None
    source: str | None = None


@dataclass(frozen=True)
class _Decision:
    promotes: bool
    reason: str
    sentence: str
    verdict: Verdict


def promote(store: ModelStore, proposal: Proposal, judge_again: JudgeAgain) -> Record:
    """Make a challenger the champion if it is to be, and return the ledger's event.

    A retry finds what the first try did: a version that was the champion once is not promoted again, and above all not
    after a rollback has taken it out.
    """
    while True:
        champion, stored = read_champion(store)
        # After the pointer: whoever moved it away from this version had written that it had been there.
        if earlier := _earlier(store, proposal.version, champion):
            settle(store)
            return earlier
        decision = _decide(proposal, champion, judge_again)
        decision = replace(decision, sentence=marked(decision.sentence, proposal.source))
        if not decision.promotes:
            return _keep(store, proposal, champion, decision)
        number = next_number(store, champion)
        uri, moved = _event(store, proposal, "promoted", number, champion, decision)
        if move(store, champion, stored, Champion(number, proposal.version, uri, moved)):
            log.info("%s is the champion now: %s", proposal.version.label, decision.sentence)
            settle(store)
            return moved
        log.info("another run moved the champion meanwhile: deciding again about %s", proposal.version.label)


def record_approval(store: ModelStore, proposal: Proposal) -> Record | None:
    """Write a person's answer into the ledger; None where nobody was asked."""
    if proposal.approval is None:
        return None
    champion, _ = read_champion(store)
    approval, version = proposal.approval, proposal.version
    details = {"compared": proposal.compared, "sentence": approval.sentence, "approval": asdict(approval)}
    number = champion.number if champion else 0
    uri, content = event(store.locations, version, approval.answer, number, proposal.at, version.run, details)
    return enter(store.s3, uri, content)


def _earlier(store: ModelStore, version: Version, champion: Champion | None) -> Record | None:
    if champion is not None and champion.version.arn == version.arn:
        return champion.move
    return next((one for one in events_of(store.s3, store.locations, version) if one["kind"] in MOVES), None)


def _decide(proposal: Proposal, champion: Champion | None, judge_again: JudgeAgain) -> _Decision:
    verdict = proposal.verdict
    if verdict.mode == "disabled":
        return _Decision(False, "disabled", verdict.sentence, verdict)
    if champion is not None and proposal.version.moment < champion.version.moment:
        sentence = (
            f"Its data ends {proposal.version.moment:%Y-%m-%d}, before that of the champion, {champion.version.label} "
            f"({champion.version.moment:%Y-%m-%d}): older than the champion, it is registered and compared, and never "
            f"replaces it. By the numbers alone: {verdict.sentence}"
        )
        return _Decision(False, "older_than_champion", sentence, verdict)
    if proposal.compared != (champion.version.arn if champion else None):
        found = judge_again(champion.version) if champion else None
        if found is None:
            return _Decision(False, "champion_changed", _changed(champion), verdict)
        verdict = found
    return _with_mode(proposal, champion, verdict)


def _with_mode(proposal: Proposal, champion: Champion | None, verdict: Verdict) -> _Decision:
    if verdict.decision != "promote":
        return _Decision(False, verdict.reason, verdict.sentence, verdict)
    if not verdict.promotes:
        return _Decision(False, "dry_run", verdict.sentence, verdict)
    approval = proposal.approval
    if not proposal.needs_approval:
        return _Decision(True, verdict.reason, verdict.sentence, verdict)
    if approval is None:
        sentence = "Nobody was asked to approve it. Clear the task register, so that somebody is."
        return _Decision(False, "approval_missing", f"{verdict.sentence} {sentence}", verdict)
    if approval.answer != "approved":
        return _Decision(False, approval.answer, f"{verdict.sentence} {approval.sentence}", verdict)
    if verdict is not proposal.verdict:
        sentence = f"{approval.sentence} But {_changed(champion)}"
        return _Decision(False, "approved_against_another", sentence, verdict)
    return _Decision(True, verdict.reason, f"{verdict.sentence} {approval.sentence}", verdict)


def _changed(champion: Champion | None) -> str:
    now = f"{champion.version.label} is the champion now" if champion else "there is no champion any more"
    return (
        f"{now}, another one than it was compared with. It stays; clear the task create_champion of this run to "
        "compare again."
    )


def _keep(store: ModelStore, proposal: Proposal, champion: Champion | None, decision: _Decision) -> Record:
    uri, content = _event(store, proposal, "kept", champion.number if champion else 0, champion, decision)
    kept = enter(store.s3, uri, content)
    status: Status = "PendingManualApproval" if decision.reason in _PENDING else "Rejected"
    store.registry.set_status(proposal.version.arn, status, f"{decision.reason}: {decision.sentence}")
    log.info("%s is not promoted (%s): %s", proposal.version.label, decision.reason, decision.sentence)
    settle(store)
    return kept


def _event(
    store: ModelStore, proposal: Proposal, kind: str, number: int, champion: Champion | None, decision: _Decision
) -> tuple[str, Record]:
    details: Mapping[str, Any] = {
        "reason": decision.reason,
        "sentence": decision.sentence,
        "verdict": decision.verdict.as_json(),
        "approval": asdict(proposal.approval) if proposal.approval else None,
        "champion_before": asdict(champion.version) if champion else None,
    }
    version = proposal.version
    return event(store.locations, version, kind, number, proposal.at, version.run, details)
