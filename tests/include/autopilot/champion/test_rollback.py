from __future__ import annotations

import pytest

from include.autopilot.base.errors import RegistryError, RollbackError
from include.autopilot.champion.ledger import events_of, timeline
from include.autopilot.champion.rollback import roll_back
from tests.support.promotions import AT, Contest, month


def test_it_puts_a_version_back_with_statuses_and_ledger(contest: Contest) -> None:
    first, second = contest.crown(month(1), 1.0), contest.crown(month(2), 0.8)
    moved = roll_back(contest.store, first.version, "  odd predictions ", "rollback-1", AT)
    assert contest.champion == first
    assert contest.approved == [first.version]
    assert (moved["kind"], moved["reason"], moved["by"], moved["at"]) == (
        "rolled_back", "odd predictions", "rollback-1", AT,
    )  # fmt: skip
    assert moved["champion_before"]["version"] == second.version
    assert "version 1 (2024-01-01) was put in place of version 2 (2024-02-01) by hand" in moved["sentence"]
    assert events_of(contest.store.s3, contest.store.locations, first)[-1] == moved


def test_a_version_of_made_up_rows_says_so(contest: Contest) -> None:
    version = contest.challenger(month(1), 1.0, synthetic=True)
    moved = roll_back(contest.store, version.version, "a try", "rollback-1", AT)
    assert moved["sentence"].startswith("SYNTHETIC data: version 1 (2024-01-01) was put in place of nothing")
    assert contest.said(version) == moved["sentence"]


def test_the_same_request_twice_changes_nothing_more(contest: Contest) -> None:
    first, _ = contest.crown(month(1), 1.0), contest.crown(month(2), 0.8)
    moved = roll_back(contest.store, first.version, "odd", "rollback-1", AT)
    assert roll_back(contest.store, first.version, "odd", "rollback-1", AT) == moved
    assert roll_back(contest.store, first.version, "odd", "rollback-2", AT)["kind"] == "unchanged"
    assert [one["kind"] for one in timeline(contest.store.s3, contest.store.locations)] == [
        "promoted", "promoted", "rolled_back",
    ]  # fmt: skip


def test_a_retry_after_a_later_promotion_does_not_roll_back_again(contest: Contest) -> None:
    first, _ = contest.crown(month(1), 1.0), contest.crown(month(2), 0.8)
    moved = roll_back(contest.store, first.version, "odd", "rollback-1", AT)
    third = contest.crown(month(3), 0.7)
    assert roll_back(contest.store, first.version, "odd", "rollback-1", AT) == moved
    assert contest.champion == third


def test_promotions_afterwards_compare_with_the_cutoff_of_the_version_put_back(contest: Contest) -> None:
    first, _ = contest.crown(month(1), 1.0), contest.crown(month(6), 0.8)
    roll_back(contest.store, first.version, "odd", "rollback-1", AT)
    third = contest.crown(month(3), 0.7)
    assert contest.champion == third
    assert [one["version"]["version"] for one in timeline(contest.store.s3, contest.store.locations)] == [1, 2, 1, 3]


def test_a_version_that_the_gate_kept_out_can_be_put_in_place(contest: Contest) -> None:
    first = contest.crown(month(1), 1.0)
    worse = contest.challenger(month(2), 1.5)
    contest.promote(worse, first)
    roll_back(contest.store, worse.version, "the holdout is wrong", "rollback-1", AT)
    assert contest.champion == worse
    assert contest.approved == [worse.version]


def test_the_same_version_can_be_put_back_twice(contest: Contest) -> None:
    first, second = contest.crown(month(1), 1.0), contest.crown(month(2), 0.8)
    for number, version in enumerate((first, second, first), 1):
        assert roll_back(contest.store, version.version, "odd", f"rollback-{number}", AT)["kind"] == "rolled_back"
    assert [one["version"]["version"] for one in timeline(contest.store.s3, contest.store.locations)] == [1, 2, 1, 2, 1]
    assert contest.approved == [first.version]


def test_an_unknown_version_lists_those_there_are(contest: Contest) -> None:
    with pytest.raises(RollbackError, match=r"(?s)There is no version 1 of .*No version was registered yet"):
        roll_back(contest.store, 1, "odd", "rollback-1", AT)
    first = contest.crown(month(1), 1.0)
    contest.promote(contest.challenger(month(2), 1.5), first)
    with pytest.raises(RollbackError) as refusal:
        roll_back(contest.store, 9, "odd", "rollback-1", AT)
    assert str(refusal.value) == (
        f"There is no version 9 of {contest.store.registry.group}. Choose one of:\n"
        "  2: cutoff 2024-02-01T00:00:00+00:00, RMSE 1.5, Rejected\n"
        "  1: cutoff 2024-01-01T00:00:00+00:00, RMSE 1.0, Approved"
    )


def test_a_reason_is_needed(contest: Contest) -> None:
    with pytest.raises(RollbackError, match="A rollback needs a reason"):
        roll_back(contest.store, 1, " \n", "rollback-1", AT)


def test_a_version_that_no_run_registered_cannot_be_the_champion(contest: Contest) -> None:
    group = contest.store.registry.group
    contest.store.registry.sagemaker.create_model_package(ModelPackageGroupName=group)
    with pytest.raises(RegistryError, match="has no 'value' among its customer metadata: no retraining registered it"):
        roll_back(contest.store, 1, "odd", "rollback-1", AT)
