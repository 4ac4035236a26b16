from __future__ import annotations

from include.autopilot.drops.recent import position, recent_keys

DROPS = [[f"{drop}-{row}" for row in range(100)] for drop in range(12)]


def test_the_newest_rows_of_a_share_of_every_drop_judge() -> None:
    judging = recent_keys(DROPS, 0.3, 100)
    assert sum(map(len, judging)) == 100
    assert judging[-1] == sorted((key for key in DROPS[-1] if position(key) < 0.3), key=position)
    assert 15 < len(judging[-1]) < 45
    used = [number for number, keys in enumerate(judging) if keys]
    assert used == list(range(used[0], 12))
    assert used[0] > 6


def test_with_fewer_rows_all_of_the_share_judge() -> None:
    judging = recent_keys(DROPS[:3], 0.3, 1000)
    assert [set(keys) for keys in judging] == [{key for key in drop if position(key) < 0.3} for drop in DROPS[:3]]
    assert recent_keys([], 0.3, 10) == []
    assert recent_keys(DROPS[:2], 0.0, 10) == [[], []]


def test_what_has_graduated_never_judges_again() -> None:
    before: list[list[str]] = []
    for cutoff in range(1, 13):
        now = recent_keys(DROPS[:cutoff], 0.3, 50)
        for old, new in zip(before, now, strict=False):
            assert set(new) <= set(old)
        before = now


def test_the_order_of_the_rows_and_other_drops_do_not_matter() -> None:
    turned = [keys[::-1] for keys in DROPS]
    assert recent_keys(turned, 0.3, 100) == recent_keys(DROPS, 0.3, 100)
    assert recent_keys(DROPS[4:], 0.3, 100)[-3:] == recent_keys(DROPS, 0.3, 100)[-3:]


def test_the_rule_is_written_in_stone() -> None:
    # Another hash would let rows judge that a champion has learned.
    assert [number for number in range(1, 21) if position(f"BACE_{number}") < 0.3] == [1, 2, 8, 10, 11, 17]
