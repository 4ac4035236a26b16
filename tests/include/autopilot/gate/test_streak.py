from __future__ import annotations

import pytest

from include.autopilot.gate.streak import losses_in_a_row, new_in_newest, search_signal


def records(*verdicts: str) -> list[dict[str, str]]:
    """One record per month; ``better`` and ``first_model`` promote, everything else keeps."""
    return [
        {
            "cutoff": f"2024-{month:02}-01T00:00:00+00:00",
            "decision": "promote" if reason in ("better", "first_model") else "keep",
            "reason": reason,
        }
        for month, reason in enumerate(verdicts, 1)
    ]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((), 0),
        (("first_model",), 0),
        (("first_model", "worse", "tie", "uncertain", "too_small"), 4),
        (("worse", "worse", "better"), 0),
        (("worse", "better", "worse"), 1),
        (("better", "worse", "too_few_rows", "disabled", "undefined", "champion_not_finite", "worse"), 2),
        (("no_better_than_baseline", "not_finite"), 2),
    ],
)
def test_losses_in_a_row(verdicts, expected):
    assert losses_in_a_row(records(*verdicts)) == expected
    assert losses_in_a_row(reversed(records(*verdicts))) == expected


def test_a_cutoff_that_was_run_twice_counts_once_by_its_last_record():
    again = records("first_model", "worse", "worse")
    assert losses_in_a_row([*again, {**again[2], "reason": "uncertain"}]) == 2
    assert losses_in_a_row([*again, {**again[2], "decision": "promote", "reason": "better"}]) == 0


def test_the_signal_comes_after_so_many_losses():
    assert not search_signal(records("first_model", "worse"), 2).searches
    found = search_signal(records("first_model", "worse", "tie"), 2)
    assert (found.losses, found.searches) == (2, True)
    assert found.sentences[0].startswith("The champion was kept 2 times in a row (search_after_losses: 2)")


def test_never_means_never():
    found = search_signal(records("worse", "worse"), None, ["x"])
    assert (found.losses, found.sentences) == (2, ())


def test_new_columns_are_a_reason_of_their_own():
    (one,) = search_signal([], 9, ["mass"]).sentences
    assert one == "New in the newest drop: column 'mass'. Only a new search can use it."
    (several,) = search_signal([], 9, ["mass", "size"]).sentences
    assert several.startswith("New in the newest drop: columns 'mass', 'size'.")


@pytest.mark.parametrize(
    ("extras", "expected"),
    [([], ()), ([("a",)], ()), ([(), ("a", "b")], ("a", "b")), ([("a",), (), ("a", "b")], ("b",)), ([("a",), ()], ())],
)
def test_a_column_is_new_once(extras, expected):
    assert new_in_newest(extras) == expected
