"""Keys are remembered with their place."""

from __future__ import annotations

from include.autopilot.data.keysondisk import KeysOnDisk


def test_a_key_seen_before_gives_its_first_place() -> None:
    with KeysOnDisk() as seen:
        assert seen.add([("a", "row 1"), ("b", "row 2"), ("a", "row 3")]) == [None, None, "row 1"]
        assert seen.add([("b", "row 4"), ("A", "row 5")]) == ["row 2", None]
