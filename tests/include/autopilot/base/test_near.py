from __future__ import annotations

import pytest

from include.autopilot.base.near import asked, near


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("targte", ("target",)),
        ("Target", ("target",)),
        ("pIC50 ", ("pIC50", "PIC50")),
        ("colour", ("color",)),
        ("y", ()),
        ("", ()),
    ],
)
def test_names_that_are_near(name: str, found: tuple[str, ...]) -> None:
    assert near(name, ["target", "pIC50", "PIC50", "color", "x", "target"]) == found


def test_the_question() -> None:
    assert asked("notes", ["note", "node", "y"]) == " Did you mean 'note'?"
    assert asked("noe", ["note", "node"]) == " Did you mean 'note' or 'node'?"
    assert asked("z", ["note"]) == ""
