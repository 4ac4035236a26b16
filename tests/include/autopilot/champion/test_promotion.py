from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from include.autopilot.base.errors import RegistryError
from include.autopilot.champion import pointer as champions
from include.autopilot.champion import promotion
from include.autopilot.champion.ledger import events_of, timeline
from include.autopilot.champion.pointer import settle
from include.autopilot.champion.promotion import Approval, record_approval
from include.autopilot.champion.rollback import roll_back
from tests.support.promotions import APPROVED, AT, ERRORS, Contest, month


def test_a_first_model_that_beats_the_mean_becomes_the_champion(contest: Contest) -> None:
    version = contest.challenger(month(1), 1.0)
    moved = contest.promote(version, None)
    assert (moved["kind"], moved["reason"], moved["number"]) == ("promoted", "first_model", 1)
    assert contest.champion == version
    assert contest.approved == [1]
    assert contest.said(version) == moved["sentence"]


def test_a_first_model_that_does_not_beat_the_mean_is_rejected(contest: Contest) -> None:
    version = contest.challenger(month(1), 2.5)
    kept = contest.promote(version, None)
    assert (kept["kind"], kept["reason"]) == ("kept", "no_better_than_baseline")
    assert contest.champion is None
    assert contest.status(version) == "Rejected"
    assert contest.said(version).startswith("no_better_than_baseline: RMSE")


def test_a_better_model_takes_over_and_only_it_is_approved(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.crown(month(2), 0.8)
    assert contest.champion == second
    assert contest.approved == [second.version]
    assert contest.status(first) == "Rejected"
    assert contest.said(first) == "Was the champion until version 2 took its place."


@pytest.mark.parametrize(("error", "reason"), [(1.5, "worse"), (1.0, "tie"), (0.995, "too_small")])
def test_what_is_not_better_is_registered_rejected_and_recorded(contest: Contest, error: float, reason: str) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.challenger(month(2), error)
    kept = contest.promote(second, first)
    assert (kept["kind"], kept["reason"]) == ("kept", reason)
    assert contest.champion == first
    assert contest.status(second) == "Rejected"
    assert events_of(contest.store.s3, contest.store.locations, second) == [kept]


def test_what_may_be_chance_keeps_the_champion(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    others = np.random.default_rng(7).permutation(ERRORS)
    assert contest.promote(contest.challenger(month(2), 0.97, errors=others), first)["reason"] == "uncertain"


def test_an_older_model_never_replaces_a_newer_one(contest: Contest) -> None:
    first = contest.crown(month(5), 1.0)
    older = contest.challenger(month(4), 0.5)
    kept = contest.promote(older, first)
    assert (kept["kind"], kept["reason"]) == ("kept", "older_than_champion")
    assert "older than the champion" in kept["sentence"]
    assert kept["verdict"]["decision"] == "promote"
    assert contest.champion == first
    assert contest.status(older) == "Rejected"


def test_made_up_rows_are_said_to_be_wherever_the_sentence_goes(contest: Contest) -> None:
    version = contest.challenger(month(1), 1.0)
    moved = contest.promote(version, None, source="SYNTHETIC table")
    assert moved["sentence"].startswith("SYNTHETIC data: RMSE")
    assert contest.said(version).startswith("SYNTHETIC data: RMSE")


def test_the_same_cutoff_again_may_replace(contest: Contest) -> None:
    contest.crown(month(5), 1.0)
    assert contest.crown(month(5), 0.5) == contest.champion


def test_a_champion_that_changed_is_judged_against_from_stored_answers(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.crown(month(2), 0.6)
    better, worse = contest.challenger(month(3), 0.5), contest.challenger(month(3), 0.8)
    kept = contest.promote(worse, first)
    assert (kept["reason"], kept["verdict"]["opponent"]) == ("worse", "version 2 of 2024-02-01")
    assert contest.champion == second
    assert contest.promote(better, first)["kind"] == "promoted"
    assert contest.champion == better


def test_a_changed_champion_that_answered_another_holdout_stays(contest: Contest) -> None:
    contest.crown(month(1), 1.0)
    late = contest.challenger(month(3), 0.5, holdout="another")
    kept = contest.promote(late, None)
    assert (kept["reason"], contest.status(late)) == ("champion_changed", "PendingManualApproval")
    assert "version 1 is the champion now, another one than it was compared with." in kept["sentence"]
    assert "create_champion" in kept["sentence"]


@pytest.mark.parametrize(("mode", "reason"), [("dry_run", "dry_run"), ("disabled", "disabled")])
def test_the_other_modes_promote_nothing(contest: Contest, mode: Any, reason: str) -> None:
    first = contest.crown(month(1), 1.0)
    contest.gate = replace(contest.gate, mode=mode)
    better = contest.challenger(month(2), 0.5)
    assert contest.promote(better, first)["reason"] == reason
    assert contest.champion == first
    assert contest.status(better) == "PendingManualApproval"


@pytest.mark.parametrize(
    ("approval", "kind", "reason", "status"),
    [
        (APPROVED, "promoted", "better", "Approved"),
        (Approval("rejected", "bob", AT, "not yet"), "kept", "rejected", "Rejected"),
        (Approval("timed_out"), "kept", "timed_out", "Rejected"),
        (None, "kept", "approval_missing", "PendingManualApproval"),
    ],
)
def test_approval_is_obeyed_and_recorded(
    contest: Contest, approval: Approval | None, kind: str, reason: str, status: str
) -> None:
    first = contest.crown(month(1), 1.0)
    version = contest.challenger(month(2), 0.5)
    written = record_approval(contest.store, contest.proposal(version, first, needs_approval=True, approval=approval))
    event = contest.promote(version, first, needs_approval=True, approval=approval)
    assert (event["kind"], event["reason"], contest.status(version)) == (kind, reason, status)
    recorded = [one["kind"] for one in events_of(contest.store.s3, contest.store.locations, version)]
    assert recorded == sorted([kind, *([approval.answer] if approval else [])])
    if approval is None:
        assert written is None
        return
    assert approval.sentence in contest.said(version)
    assert written is not None
    assert written["approval"] == {
        "answer": approval.answer, "by": approval.by, "answered_at": approval.answered_at, "note": approval.note,
    }  # fmt: skip


def test_an_approval_counts_for_the_comparison_that_the_person_saw(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    contest.crown(month(2), 0.8)
    version = contest.challenger(month(3), 0.5)
    kept = contest.promote(version, first, needs_approval=True, approval=APPROVED)
    assert (kept["reason"], contest.status(version)) == ("approved_against_another", "PendingManualApproval")


def test_a_retry_promotes_once(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.challenger(month(2), 0.5)
    once = contest.promote(second, first)
    assert contest.promote(second, first) == once
    assert [one["number"] for one in timeline(contest.store.s3, contest.store.locations)] == [1, 2]


def test_a_retry_after_a_rollback_does_not_promote_again(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.challenger(month(2), 0.5)
    once = contest.promote(second, first)
    roll_back(contest.store, first.version, "wrong units", "rollback-1", AT)
    assert contest.promote(second, first) == once
    assert contest.champion == first
    assert contest.approved == [first.version]


def test_a_process_that_died_after_the_pointer_moved_is_repaired(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.challenger(month(2), 0.5)

    class Killed(BaseException):
        pass

    def kill(_store: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(promotion, "settle", kill)
        with pytest.raises(Killed):
            contest.promote(second, first)
    assert contest.champion == second
    assert contest.approved == [first.version]
    settle(contest.store)
    assert contest.approved == [second.version]
    assert [one["kind"] for one in events_of(contest.store.s3, contest.store.locations, second)] == ["promoted"]


def test_a_promotion_whose_process_died_is_known_to_its_retry_even_after_a_rollback(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = contest.crown(month(1), 1.0)
    second = contest.challenger(month(2), 0.5)
    with monkeypatch.context() as patch:
        patch.setattr(promotion, "settle", lambda _store: None)
        contest.promote(second, first)
    assert events_of(contest.store.s3, contest.store.locations, second) == []
    roll_back(contest.store, first.version, "wrong units", "rollback-1", AT)
    assert contest.promote(second, first)["number"] == 2
    assert contest.champion == first


def test_a_race_for_the_pointer_has_one_winner_and_the_loser_decides_again(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = contest.crown(month(1), 1.0)
    slow, fast = contest.challenger(month(2), 0.5), contest.challenger(month(3), 0.6)
    real = champions.move
    overtaken: list[str] = []

    def overtake(*arguments: Any) -> bool:
        if not overtaken:
            overtaken.append("once")
            assert contest.promote(fast, first)["kind"] == "promoted"
        return real(*arguments)

    monkeypatch.setattr(promotion, "move", overtake)
    kept = contest.promote(slow, first)
    assert (kept["kind"], kept["reason"]) == ("kept", "older_than_champion")
    assert contest.champion == fast


def test_a_lost_pointer_is_not_taken_for_a_first_model(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    contest.store.s3.delete_object(Bucket=contest.store.registry.group, Key="model/champion.json")
    second = contest.challenger(month(2), 0.5)
    with pytest.raises(RegistryError, match=r"is gone, but .*/1 is Approved. Put the champion back with the rollback"):
        contest.promote(second, None)
    roll_back(contest.store, first.version, "the pointer was lost", "rollback-1", AT)
    assert contest.champion == first
    assert [one["number"] for one in timeline(contest.store.s3, contest.store.locations)] == [1, 2]


def test_what_somebody_approved_by_hand_does_not_stay_approved(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    other = contest.challenger(month(2), 2.0)
    contest.store.registry.set_status(other.arn, "Approved", "by hand, past the gate")
    settle(contest.store)
    assert contest.approved == [first.version]
