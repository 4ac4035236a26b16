from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from include.autopilot.drift.sample import RowSample

ROWS = st.lists(st.tuples(st.text(max_size=3), st.text("ab,1", max_size=3)), max_size=60)


def sample_of(pieces: list[list[tuple[str, str]]], size: int) -> list[str]:
    sample = RowSample(size)
    for piece in pieces:
        sample.add(piece)
    return sample.lines()


@settings(deadline=None, max_examples=50)
@given(rows=ROWS, size=st.integers(1, 20), cut=st.integers(0, 60), dice=st.randoms(use_true_random=False))
def test_neither_order_nor_pieces_matter(rows: list[tuple[str, str]], size: int, cut: int, dice: random.Random) -> None:
    shuffled = list(rows)
    dice.shuffle(shuffled)
    expected = sample_of([rows], size)
    assert sample_of([shuffled[:cut], shuffled[cut:]], size) == expected
    assert sample_of([[row] for row in shuffled], size) == expected
    assert len(expected) == min(size, len(rows))


@settings(deadline=None, max_examples=50)
@given(rows=ROWS)
def test_a_short_table_is_its_own_sample(rows: list[tuple[str, str]]) -> None:
    assert sorted(sample_of([rows], 60)) == sorted(line for _, line in rows)


def test_the_sample_is_uniform_and_stays_small() -> None:
    sample = RowSample(500)
    for start in range(0, 50_000, 1000):
        sample.add((f"row-{number}", str(number)) for number in range(start, start + 1000))
        assert len(sample._kept) <= 1000
    places = [int(line) / 50_000 for line in sample.lines()]
    assert len(places) == 500
    # The rows and their hashes are fixed, so this either always holds or never.
    assert kstest(places, "uniform").pvalue > 0.01


def test_the_rule_is_written_in_stone() -> None:
    # Another hash would change baselines that runs have been compared with.
    rows = [(f"BACE_{number}", str(number)) for number in range(1, 21)]
    assert sample_of([rows], 5) == ["20", "14", "10", "1", "13"]
