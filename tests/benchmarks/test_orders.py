from __future__ import annotations

from dataclasses import replace

from benchmarks.orders import Outcome, document, is_equal, table

ERRORS = {"2024-01-01": {"sealed": 0.1 + 0.2, "original": 1.0}}
ONE = Outcome(10.0, ERRORS, 1, 100, 100, 100, "SYNTHETIC: made up")
OTHER = replace(ONE, errors={"2024-01-01": {"sealed": 0.3, "original": 1.0}})


def test_the_last_bit_counts() -> None:
    assert is_equal({"in order": ONE, "in reverse": replace(ONE, seconds=20.0)})
    assert not is_equal({"in order": ONE, "in reverse": OTHER})


def test_an_error_on_another_holdout_counts_too() -> None:
    assert not is_equal({"a": ONE, "b": replace(ONE, errors={"2024-01-01": {"sealed": 0.1 + 0.2, "original": 1.1}})})


def test_what_is_told() -> None:
    told = document({"in order": ONE, "in reverse": OTHER})
    assert (told["equal"], told["synthetic"], told["cutoffs"]) == (False, True, 1)
    assert told["seconds"] == {"in order": 10.0, "in reverse": 10.0}
    assert told["rows_featurized"] == {"in order": 100, "in reverse": 100}


def test_the_table_shows_every_digit() -> None:
    text = table({"in order": ONE, "in reverse": OTHER})
    assert "data: SYNTHETIC: made up" in text
    assert "2024-01-01  0.30000000000000004         0.3" in text
