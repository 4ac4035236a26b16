from __future__ import annotations

from dataclasses import replace

from include.autopilot.drops.plan import load_plan
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import prepare

SEEN = "search/20240101T000000/keys.csv"


def test_a_holdout_that_the_search_has_seen_is_told(toy: Toy) -> None:
    toy.put(SEEN, b"row-1,\nrow-1000,\n'row-1001,\nROW-1002,\n")
    (finding,) = load_plan(toy.s3, prepare(toy)["plan"]).identity
    assert (finding.kind, finding.refused, finding.count) == ("searched", False, 2)
    assert "The search of 2024-01-01 saw rows that are in a holdout now (2 of the 12 of sealed)" in finding.sentence
    assert "'row-1001' (sealed.csv:3) and \"'row-1001\" (search of 2024-01-01)" in str(finding)


def test_rows_that_the_search_saw_are_taken_out_of_a_run_that_seals_them(toy: Toy) -> None:
    """Also where features and prepared drops of an earlier run are there."""
    first = load_plan(toy.s3, prepare(toy)["plan"])
    toy.put("holdout/sealed.csv", csv_bytes(rows(0, 10)))
    toy.config = replace(toy.config, changed_holdouts="accept")
    prepared = prepare(toy)
    second = load_plan(toy.s3, prepared["plan"])
    assert prepared["summary"]["held_out_rows"] == 10
    assert second.drops[0].prepared.folder != first.drops[0].prepared.folder
    assert second.drops[0].features != first.drops[0].features
    # What holds the same rows still has the same features.
    assert second.drops[1].features == first.drops[1].features


def test_a_search_that_nobody_wrote_down_is_not_asked(toy: Toy) -> None:
    assert load_plan(toy.s3, prepare(toy)["plan"]).identity == ()
